"""Requirements whose values are lists, which no dict can have for a key."""

from typing import Any

import pytest

from services.gateway.federation import Engine, load_supergraph
from tests.federation.memory_subgraph import MemorySubgraph

SUPERGRAPH = """
schema { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
type Query @join__type(graph: A) @join__type(graph: B) { shelf: [Item!]! @join__field(graph: A) }
type Item @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  tags: [String!]! @join__field(graph: A) @join__field(graph: B, external: true)
  label: String @join__field(graph: B, requires: "tags")
}
"""
ITEMS = [{"id": "1", "tags": ["x", "y"]}, {"id": "2", "tags": []}]


def labelled(given: dict[str, Any]) -> dict[str, Any]:
    return {"id": given["id"], "label": f"{given['tags']}"}


@pytest.mark.parametrize("times", [1, 2])
async def test_they_are_sent_as_they_are(times: int) -> None:
    a = MemorySubgraph(
        "type Item { id: ID! tags: [String!]! } type Query { shelf: [Item!]! }",
        {"Query.shelf": lambda *_: ITEMS * times},
        {},
    )
    b = MemorySubgraph("type Item { id: ID! label: String } type Query { nothing: Int }", {}, {"Item": labelled})
    answer = await Engine(load_supergraph(SUPERGRAPH), {"a": a, "b": b}).execute("{ shelf { label } }")
    assert answer == {"data": {"shelf": [{"label": "['x', 'y']"}, {"label": "[]"}] * times}}
    assert len(b.requests[0].variables["representations"]) == 2
