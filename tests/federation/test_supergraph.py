"""Loading: what is kept of the SDL, and what is refused."""

from pathlib import Path

import pytest
from graphql import specified_directives

from services.gateway.federation import SupergraphError, load_supergraph, print_supergraph
from tools.supergraph import composition
from tools.supergraph.composition import CompositionError, SubgraphSchema, compose

BUILT_IN = {"String", "Boolean"}
CASES = [Path(__file__).parent / case for case in ("shop", "media")]
needs_node = pytest.mark.skipif(not composition.is_available(), reason="node and tools/supergraph's packages")


def schemas(folder: Path) -> list[SubgraphSchema]:
    files = sorted(path for path in folder.glob("*.graphql") if path.stem != "supergraph")
    return [SubgraphSchema(path.stem, f"http://{path.stem}.test/graphql", path.read_text()) for path in files]


def test_who_resolves_what() -> None:
    supergraph = load_supergraph((CASES[0] / "supergraph.graphql").read_text())
    assert list(supergraph.subgraphs) == ["accounts", "catalogue", "reviews", "stock"]
    assert supergraph.subgraphs["stock"].url == "http://stock.test/graphql"
    assert "  price: Int in catalogue, stock" in print_supergraph(supergraph)
    price = supergraph.join("Product", "price", "stock")
    assert price is not None
    assert price.external
    assert supergraph.possible_types("Found") == ("Product", "User")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "type Query { a: Int }",
        "type Query {",
        "enum join__Graph { A }",
        'type Query { a: Nobody } enum join__Graph { A @join__graph(name: "a", url: "") }',
        'type Query { a: Int @join__field(graph: B) } enum join__Graph { A @join__graph(name: "a", url: "") }',
        'type Query { a: Int } enum join__Graph { A @join__graph(url: "") }',
        """enum join__Graph { A @join__graph(name: "a", url: "") }
        type Query @join__type(graph: A) @join__implements(graph: A, interface: "Nobody") { a: Int }""",
        """enum join__Graph { A @join__graph(name: "a", url: "") } type Query @join__type(graph: A) { a: Some }
        type Some @join__type(graph: A) { b: Int } union Any @join__unionMember(graph: A, member: "Nobody") = Some""",
    ],
)
def test_what_is_no_supergraph_is_refused(text: str) -> None:
    with pytest.raises(SupergraphError):
        load_supergraph(text)


@pytest.mark.parametrize("version", ["v0.3", "v0.4", "v0.5"])
def test_join_versions_differ_in_nothing_that_matters(version: str) -> None:
    text = (CASES[0] / "supergraph.graphql").read_text()
    assert "join/v0.5" in text
    other = load_supergraph(text.replace("join/v0.5", f"join/{version}"))
    assert print_supergraph(other) == print_supergraph(load_supergraph(text))


def test_what_belongs_to_specifications_is_not_public() -> None:
    text = """
      schema
        @link(url: "https://specs.apollo.dev/link/v1.0")
        @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
        @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
        @link(url: "https://example.org/specs/price/v1.2", as: "cost")
      { query: Query }
      directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION
      scalar requiresScopes__Scope
      enum cost__Unit { PAISA }
      enum join__Graph { A @join__graph(name: "a", url: "") }
      type Query @join__type(graph: A) { ours__too: our__Own @requiresScopes(scopes: [["a"]]) }
      type our__Own @join__type(graph: A) { a: Int }
    """
    schema = load_supergraph(text).api_schema
    assert {name for name in schema.type_map if not name.startswith("__")} == {"Query", "our__Own", "Int", *BUILT_IN}
    assert {one.name for one in schema.directives} == {one.name for one in specified_directives}


@needs_node
@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_the_fixtures_are_what_the_composer_makes(folder: Path) -> None:
    assert compose(schemas(folder)) == (folder / "supergraph.graphql").read_text()


@needs_node
def test_subgraphs_that_do_not_fit_are_refused_with_the_composers_words() -> None:
    one = SubgraphSchema("one", "http://one.test", "type Query { a: Int }")
    other = SubgraphSchema("other", "http://other.test", "type Query { a: String }")
    with pytest.raises(CompositionError, match=r"Query\.a"):
        compose([one, other])


def test_what_a_subgraph_requires_is_not_its_own_even_if_the_composer_forgets_to_say_so() -> None:
    text = (CASES[0].parent / "plans" / "choices" / "supergraph.graphql").read_text()
    told = "@join__field(graph: CATALOGUE) @join__field(graph: SHIPPING, external: true)"
    assert told in text
    forgotten = load_supergraph(text.replace(told, "@join__field(graph: CATALOGUE) @join__field(graph: SHIPPING)"))
    assert print_supergraph(forgotten) == print_supergraph(load_supergraph(text))
