"""Keys that a subgraph would refuse, because they would have two shapes, come back as the client wrote them."""

from typing import Any

from graphql import GraphQLError

from services.gateway.federation import Engine, load_supergraph
from tests.federation.memory_subgraph import MemorySubgraph
from tests.federation.test_plans import FOLDER

PEOPLE = "type Person { id: ID name: String } type Query { nothing: Int }"
TEAMS = """
union Member = Person | Robot
type Person { id: ID! friends: [Member!]! }
type Robot { id: ID friends: [Member!]! }
type Query { members: [Member!]! }
"""
ASHA = {"__typename": "Person", "id": "p1"}
ROBBY = {"__typename": "Robot", "id": "r1"}
MEMBERS = "{ members { ... on Person { id name } ... on Robot { id } } }"


def engine_over(robot_id: Any = "r1") -> Engine:
    everybody = [ASHA, {**ROBBY, "id": robot_id}]
    people = MemorySubgraph(PEOPLE, {}, {"Person": lambda key: {**key, "name": "Asha"}})
    teams = MemorySubgraph(
        TEAMS,
        {
            "Query.members": lambda *_: everybody,
            "Person.friends": lambda *_: everybody,
            "Robot.friends": lambda *_: everybody,
        },
        {"Person": dict},
    )
    supergraph = load_supergraph((FOLDER / "shapes" / "supergraph.graphql").read_text())
    return Engine(supergraph, {"people": people, "teams": teams})


async def test_each_has_its_own_key_back() -> None:
    friends = "friends { ... on Person { id } ... on Robot { id } }"
    answer = await engine_over().execute(
        f"{{ members {{ ... on Person {{ id name {friends} }} ... on Robot {{ id {friends} }} }} }}"
    )
    ids = [{"id": "p1"}, {"id": "r1"}]
    assert answer == {"data": {"members": [{"id": "p1", "name": "Asha", "friends": ids}, {"id": "r1", "friends": ids}]}}


async def test_an_error_names_the_clients_key() -> None:
    answer = await engine_over(GraphQLError("no number")).execute(MEMBERS)
    assert answer["data"] == {"members": [{"id": "p1", "name": "Asha"}, {"id": None}]}
    assert [error["path"] for error in answer["errors"]] == [["members", 1, "id"]]
