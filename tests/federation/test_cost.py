"""How many objects an answer may hold: lists multiply, by the pages asked for."""

from typing import Any

import pytest
from graphql import build_schema, parse

from services.gateway.federation.operation.cost import cost_of, page_variables
from services.gateway.federation.operation.limits import Limits
from services.gateway.federation.operation.normal_form import choose_operation

SCHEMA = build_schema("""
type Query { shelves(first: Int, after: String): Shelves!  shelf: Shelf  latest(last: Int!): [Book!]!  tags: [Tag!]! }
type Shelves { nodes: [Shelf!]!  edges: [Edge!]!  page: Page!  count: Int! }
type Edge { node: Shelf! }
type Shelf { name: String  owner: Owner!  books(first: Int): Books!  labels: [String!]! }
type Books { nodes: [Book!]! }
type Book { name: String  authors: [Owner!]! }
type Owner { name: String }
type Page { more: Boolean }
type Tag { name: String }
""")
LIMITS = Limits(page=20, list_length=5)


def cost(query: str, **variables: Any) -> int:
    document = parse(query)
    return cost_of(SCHEMA, document, choose_operation(document, None), variables, LIMITS)


@pytest.mark.parametrize(
    ("query", "objects"),
    [
        ("{ __typename }", 0),
        ("{ shelf { name labels } }", 1),
        ("{ shelves(first: 10) { count nodes { name } } }", 1 + 10),
        ("{ shelves(first: 10) { edges { node { name owner { name } } } } }", 1 + 10 * (1 + 1 + 1)),
        ("{ shelves(first: 10) { page { more } } }", 1 + 1),
        ("{ shelves { nodes { name } } }", 1 + 20),
        ("{ shelves(first: null) { nodes { name } } }", 1 + 20),
        ("{ shelves(first: -3) { nodes { name } } }", 1),
        ("{ shelves(first: 100) { nodes { books(first: 100) { nodes { name } } } } }", 1 + 100 * (1 + 1 + 100)),
        ("{ latest(last: 7) { name authors { name } } }", 7 * (1 + 5)),
        ("{ tags { name } }", 5),
        ("{ a: shelf { name } b: shelf { name } }", 2),
        ("{ shelves(first: 10) { ...F ...F } } fragment F on Shelves { ... { nodes { name } } }", 1 + 10 + 10),
        ("{ shelves(first: 2147483647) { nodes { name } } }", 1 + 2147483647),
    ],
)
def test_cost(query: str, objects: int) -> None:
    assert cost(query) == objects


def test_the_size_of_a_page_may_be_a_variable() -> None:
    query = "query ($size: Int) { shelves(first: $size) { nodes { name } } }"
    assert [cost(query, size=3), cost(query, size=None), cost(query)] == [1 + 3, 1 + 20, 1 + 20]
    assert page_variables(parse(query)) == ("size",)


def test_fragments_that_double_each_other_cost_no_time() -> None:
    fragments = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    assert cost("{ ...F0 } " + fragments + " fragment F60 on Query { shelf { name } }") == 2**60
