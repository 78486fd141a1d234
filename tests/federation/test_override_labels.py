"""Progressive @override: per request a field is where it was, or where it moves to."""

from random import Random

import pytest

from services.gateway.federation import Engine, Labels, load_supergraph, print_supergraph
from tools.supergraph.composition import SubgraphSchema, compose, is_available

SUPERGRAPH = """
schema { query: Query }
enum join__Graph { OLD @join__graph(name: "old", url: "") NEW @join__graph(name: "new", url: "") }
type Query @join__type(graph: NEW) @join__type(graph: OLD) { book: Book @join__field(graph: OLD) }
type Book @join__type(graph: NEW, key: "id") @join__type(graph: OLD, key: "id") {
  id: ID!
  title: String
    @join__field(graph: NEW, override: "old", overrideLabel: "percent(30)")
    @join__field(graph: OLD, overrideLabel: "percent(30)")
  author: String
    @join__field(graph: NEW, override: "old", overrideLabel: "writers")
    @join__field(graph: OLD, usedOverridden: true, overrideLabel: "writers")
  pages: Int
    @join__field(graph: NEW, override: "old", overrideLabel: "percent(PERCENT)")
    @join__field(graph: OLD, overrideLabel: "percent(PERCENT)")
}
"""


def engine_with(labels: Labels, percent: str = "50") -> Engine:
    return Engine(load_supergraph(SUPERGRAPH.replace("PERCENT", percent)), {}, labels=labels)


def asked_for(engine: Engine, field: str) -> list[str]:
    """The subgraphs, in order."""
    return [fetch.subgraph for fetch in engine.prepare(f"{{ book {{ {field} }} }}").plan.fetches]


@pytest.mark.parametrize(("on", "asked"), [((), ["old"]), (("writers",), ["old", "new"]), (("others",), ["old"])])
def test_a_label_is_on_when_it_is_named(on: tuple[str, ...], asked: list[str]) -> None:
    assert asked_for(engine_with(Labels(on)), "author") == asked


@pytest.mark.parametrize(
    ("percent", "chance", "asked"),
    [
        ("0", 0.0, ["old"]),
        ("30", 0.29, ["old", "new"]),
        ("30", 0.3, ["old"]),
        ("0.5", 0.004, ["old", "new"]),
        ("0.5", 0.006, ["old"]),
        ("100", 0.999, ["old", "new"]),
    ],
)
def test_percent_is_the_share_of_the_requests(percent: str, chance: float, asked: list[str]) -> None:
    assert asked_for(engine_with(Labels(chance=lambda: chance), percent), "pages") == asked


def test_each_request_is_decided_anew_and_each_decision_planned_once() -> None:
    engine = engine_with(Labels(chance=Random(7).random), percent="0")  # noqa: S311 - no secret
    prepared = [engine.prepare("{ book { title } }") for _ in range(1_000)]
    moved = [one for one in prepared if len(one.plan.fetches) == 2]
    assert 250 < len(moved) < 350
    assert len({id(one) for one in prepared}) == 2


def test_the_supergraph_tells_the_terms() -> None:
    printed = print_supergraph(load_supergraph(SUPERGRAPH))
    assert "  author: String in new (while writers is on), old (while writers is off)" in printed


@pytest.mark.skipif(not is_available(), reason="node and tools/supergraph's packages")
def test_composed_labels_are_understood() -> None:
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override"])'
    old = f'{link} type Query {{ book: Book }} type Book @key(fields: "id") {{ id: ID! title: String }}'
    title = 'title: String @override(from: "old", label: "percent(50)")'
    new = f'{link} type Book @key(fields: "id") {{ id: ID! {title} }}'
    sdl = compose([SubgraphSchema("old", "http://old.test", old), SubgraphSchema("new", "http://new.test", new)])
    for chance, asked in ((0.6, ["old"]), (0.4, ["old", "new"])):
        labels = Labels(chance=iter([chance]).__next__)
        assert asked_for(Engine(load_supergraph(sdl), {}, labels=labels), "title") == asked
