"""Every field of the composed schema has its row in one of the tables, and the page is what the tables say."""

from graphql import GraphQLObjectType

from services.gateway.federation import load_supergraph
from tools.fields.page import PAGE, composed, printed
from tools.supergraph.subgraphs import SUPERGRAPH


def test_every_field_that_can_be_asked_for_has_a_rule_and_no_rule_is_for_none() -> None:
    api = load_supergraph(SUPERGRAPH.read_text()).api_schema
    asked = {
        (type_.name, name)
        for type_ in api.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
        for name in type_.fields
    }
    ruled = {(type_name, name) for type_name, rows in composed().items() for name in rows}
    assert asked == ruled


def test_the_page_is_what_the_tables_say() -> None:
    assert printed() == PAGE.read_text(), "run `make fields`"
