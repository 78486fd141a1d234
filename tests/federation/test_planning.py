"""Planning keeps to its budget, however many ways there are, and finds what is cheapest within it."""

from collections.abc import Iterable

import pytest
from graphql import parse

from services.gateway.federation import Engine, Limits, RequestError, Supergraph, load_supergraph
from services.gateway.federation.operation.normal_form import Operation, choose_operation, normalise
from services.gateway.federation.planning.budget import COMPARED_FIELDS
from services.gateway.federation.planning.plan_builder import plan_operation
from services.gateway.federation.planning.planner import Planner

NUMBERS = range(7)
HOMES = {number: {(number + step) % 7 for step in (0, 1, 3)} for number in NUMBERS}
"""Each field is in three of seven subgraphs, and no two subgraphs have the same fields."""


def _graphs() -> str:
    return " ".join(f'G{graph} @join__graph(name: "g{graph}", url: "http://g{graph}.test/")' for graph in NUMBERS)


def _joins(graphs: Iterable[int]) -> str:
    return " ".join(f"@join__field(graph: G{graph})" for graph in graphs)


def _types(key: str = "") -> str:
    suffix = f', key: "{key}"' if key else ""
    return " ".join(f"@join__type(graph: G{graph}{suffix})" for graph in NUMBERS)


def shared_by_all() -> Supergraph:
    """A node that leads to nodes, everything in several subgraphs, and two keys to move by."""
    joins = {number: _joins(graphs) for number, graphs in HOMES.items()}
    fields = " ".join(f"n{number}: Node {joined} f{number}: Int {joined}" for number, joined in joins.items())
    return load_supergraph(
        'schema @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query } '
        f"enum join__Graph {{ {_graphs()} }} type Query {_types()} {{ node: Node }} "
        f"type Node {_types('id')} {_types('code')} {{ id: ID! code: ID! {fields} }}"
    )


def nested(width: int, depth: int) -> str:
    """All leaves at every node, and `width` nodes in each, `depth` deep."""
    leaves = " ".join(f"f{number}" for number in NUMBERS)
    inner = " ".join(f"n{number} {nested(width, depth - 1)}" for number in range(width)) if depth else ""
    return f"{{ {leaves} {inner} }}"


def operation(supergraph: Supergraph, query: str) -> Operation:
    document = parse(query)
    return normalise(supergraph.api_schema, document, choose_operation(document, None), {})


SUPERGRAPH = shared_by_all()


@pytest.mark.parametrize(("width", "depth", "requests"), [(7, 1, 7), (7, 2, 15), (3, 4, 19), (2, 6, 3), (1, 15, 3)])
def test_many_ways_take_no_longer_than_the_budget(width: int, depth: int, requests: int) -> None:
    query = f"{{ node {nested(width, depth)} }}"
    asked = operation(SUPERGRAPH, query)
    planner = Planner(SUPERGRAPH, asked, Limits().planning)
    planner.plan()
    assert planner.budget.planned <= COMPARED_FIELDS + 3 * (query.count("f") + query.count("n"))
    assert len(plan_operation(SUPERGRAPH, asked, Limits()).fetches) <= requests


def test_an_operation_that_takes_too_long_to_plan_is_refused() -> None:
    with pytest.raises(RequestError) as refused:
        Engine(SUPERGRAPH, {}, Limits(planning=100)).prepare(f"{{ node {nested(3, 2)} }}")
    [error] = refused.value.errors
    assert error.extensions == {"code": "TOO_COMPLEX", "limit": "planning", "allowed": 100}
