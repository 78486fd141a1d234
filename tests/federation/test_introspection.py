"""What clients may know of the schema; no subgraph is asked for it."""

from pathlib import Path

from graphql import build_client_schema, get_introspection_query, print_schema

from services.gateway.federation import Engine, load_supergraph
from tests.federation.memory_subgraph import MemorySubgraph
from tests.federation.shop import Shop

AGAIN = Path(__file__).parent / "plans" / "root_again" / "supergraph.graphql"


async def test_introspection_gives_the_schema_without_the_machinery() -> None:
    shop = Shop()
    answer = await shop.engine.execute(get_introspection_query())
    schema = build_client_schema(answer["data"])
    assert print_schema(schema) == print_schema(shop.engine.supergraph.api_schema)
    assert not [name for name in schema.type_map if name.startswith(("join__", "link__"))]
    assert "cost" not in schema.type_map["Product"].fields  # type: ignore[attr-defined]


async def test_introspection_beside_data() -> None:
    query = "query ($n: String!) { t: __type(name: $n) { name kind } __typename me { name } }"
    answer = await Shop().engine.execute(query, {"n": "Item"})
    assert answer == {
        "data": {"t": {"name": "Item", "kind": "INTERFACE"}, "__typename": "Query", "me": {"name": "Asha"}}
    }


def test_an_operation_about_the_schema_asks_no_subgraph() -> None:
    engine = Shop().engine
    assert engine.prepare("{ __typename __schema { queryType { name } } }").is_about_the_schema
    assert not engine.prepare("{ __typename me { id } }").is_about_the_schema


async def test_introspection_in_a_fragment() -> None:
    engine = Shop().engine
    query = """{ ... on Query { __schema { queryType { name } } } ...F }
        fragment F on Query { t: __type(name: "User") { name } }"""
    assert engine.prepare(query).asks_for_the_schema
    assert not engine.prepare("{ __typename me { id } }").asks_for_the_schema
    answer = await engine.execute(query)
    assert answer == {"data": {"__schema": {"queryType": {"name": "Query"}}, "t": {"name": "User"}}}


async def test_introspection_below_a_field_that_leads_to_the_root() -> None:
    a = MemorySubgraph(
        "interface Place { here: Query! } type Query implements Place { here: Query! places: [Place!]! }",
        {"Query.here": lambda *_: {}, "Query.places": lambda *_: [{"__typename": "Query"}] * 2},
        {},
    )
    b = MemorySubgraph("type Query { hall: String }", {"Query.hall": lambda *_: "Great"}, {})
    engine = Engine(load_supergraph(AGAIN.read_text()), {"a": a, "b": b})
    query = """query ($n: String!) {
      here { t: __type(name: $n) { name } hall here { __schema { queryType { name } } } }
      t: __type(name: "Query") { kind }
      places { ... on Query { t: __type(name: "Place") { kind } } }
    }"""
    assert engine.prepare(query, {"n": "Place"}).asks_for_the_schema
    for _ in range(2):
        assert await engine.execute(query, {"n": "Place"}) == {
            "data": {
                "here": {
                    "t": {"name": "Place"},
                    "hall": "Great",
                    "here": {"__schema": {"queryType": {"name": "Query"}}},
                },
                "t": {"kind": "OBJECT"},
                "places": [{"t": {"kind": "INTERFACE"}}] * 2,
            }
        }
