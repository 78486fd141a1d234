"""What clients may ask and know: hidden parts are not there, whichever way they are named; variables are coerced."""

from typing import Any

import pytest
from graphql import build_client_schema, get_introspection_query

from services.gateway.federation import Engine, load_supergraph
from tests.federation.memory_subgraph import MemorySubgraph, Resolver

SUPERGRAPH = """
schema { query: Asking mutation: Changing subscription: Hearing }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
type Asking @join__type(graph: A) @join__type(graph: B) {
  echo(
    number: Int = 7, share: Float, text: String, truth: Boolean, id: ID, kind: Kind = PLAIN, filter: Filter, any: Any,
    numbers: [Int!], needed: Int! = 1, old: Int @deprecated(reason: "nobody asks"), secret: Int @inaccessible
  ): String @join__field(graph: A)
  thing: Thing @join__field(graph: A)
  vault: Vault @join__field(graph: A) @inaccessible
}
type Changing @join__type(graph: A) @join__type(graph: B) {
  first: Thing @join__field(graph: A)
  second: String @join__field(graph: B)
}
type Hearing @join__type(graph: A) { heard: Thing }
interface Named @join__type(graph: A) { name: String }
type Thing implements Named & Hidden @join__type(graph: A, key: "id") @join__type(graph: B, key: "id")
  @join__implements(graph: A, interface: "Named") @join__implements(graph: A, interface: "Hidden")
{
  id: ID!
  name: String @join__field(graph: A)
  cost: Int @join__field(graph: A) @inaccessible
  vault: Vault @join__field(graph: A)
  weight: Int @join__field(graph: B)
  former: Int @join__field(graph: B) @deprecated(reason: "see weight")
}
interface Hidden @join__type(graph: A) @inaccessible { name: String }
type Vault @join__type(graph: A) @inaccessible { code: String }
union Found @join__type(graph: A) @join__unionMember(graph: A, member: "Thing")
  @join__unionMember(graph: A, member: "Vault") = Thing | Vault
enum Kind @join__type(graph: A) {
  PLAIN @join__enumValue(graph: A)
  SECRET @join__enumValue(graph: A) @inaccessible
  FORMER @join__enumValue(graph: A) @deprecated(reason: "see PLAIN")
}
input Filter @join__type(graph: A) {
  most: Int = 3
  kinds: [Kind!]
  inner: Filter
  secret: Int @inaccessible
}
scalar Any @join__type(graph: A)
"""
A = """
type Query {
  echo(
    number: Int = 7, share: Float, text: String, truth: Boolean, id: ID, kind: Kind = PLAIN, filter: Filter, any: Any,
    numbers: [Int!], needed: Int! = 1, old: Int, secret: Int
  ): String
  thing: Thing
}
type Mutation { first: Thing }
type Subscription { heard: Thing }
type Thing { id: ID! name: String }
enum Kind { PLAIN SECRET FORMER }
input Filter { most: Int = 3 kinds: [Kind!] inner: Filter secret: Int }
scalar Any
"""
B = "type Query { nothing: Int } type Mutation { second: String } type Thing { id: ID! weight: Int former: Int }"
THING = {"id": "1", "name": "Lamp"}
HIDDEN = ("Vault", "vault", "Hidden", "SECRET", "secret", "cost")


class Subgraphs:
    """`echoed` are the arguments that the resolver was given."""

    def __init__(self) -> None:
        self.echoed: dict[str, Any] = {}
        self.order: list[str] = []
        a: dict[str, Resolver] = {
            "Query.echo": self._echo,
            "Query.thing": lambda *_: THING,
            "Mutation.first": self._first,
        }
        self.a = MemorySubgraph(A, a, {"Thing": lambda _: THING})
        self.a._set("Subscription.heard", self._heard)
        self.b = MemorySubgraph(B, {"Mutation.second": self._second}, {"Thing": lambda key: {**key, "weight": 4}})
        self.engine = Engine(load_supergraph(SUPERGRAPH), {"a": self.a, "b": self.b})

    def _echo(self, _source: object, _info: object, **arguments: Any) -> str:
        self.echoed = arguments
        return "heard"

    def _first(self, *_: object) -> dict[str, Any]:
        self.order.append("first")
        return THING

    def _second(self, *_: object) -> str:
        self.order.append("second")
        return "done"

    async def _heard(self, *_: object) -> Any:
        yield THING


async def asked(query: str, variables: dict[str, Any] | None = None) -> Any:
    return await Subgraphs().engine.execute(query, variables)


async def test_root_types_have_any_name() -> None:
    both = Subgraphs()
    assert await both.engine.execute("{ __typename thing { name weight } }") == {
        "data": {"__typename": "Asking", "thing": {"name": "Lamp", "weight": 4}}
    }
    mutation = "mutation { second again: first { weight } __typename ... on Changing { third: second } }"
    assert await both.engine.execute(mutation) == {
        "data": {"second": "done", "again": {"weight": 4}, "__typename": "Changing", "third": "done"}
    }
    assert both.order == ["second", "first", "second"]
    prepared = both.engine.prepare("subscription { heard { name weight } }")
    async with both.engine.subscribe(prepared) as events:
        assert [event async for event in events] == [{"data": {"heard": {"name": "Lamp", "weight": 4}}}]


async def test_what_is_hidden_is_in_no_introspection() -> None:
    schema = build_client_schema((await asked(get_introspection_query(input_value_deprecation=True)))["data"])
    names = {*schema.type_map}
    for type_ in schema.type_map.values():
        for name, field in getattr(type_, "fields", {}).items():
            names |= {name, *getattr(field, "args", {})}
        names |= {*getattr(type_, "values", {})} | {one.name for one in getattr(type_, "interfaces", ())}
        names |= {one.name for one in getattr(type_, "types", ())}
    assert names.isdisjoint(HIDDEN)
    assert {"Thing", "echo", "old", "Kind", "FORMER", "Filter", "most", "Named"} <= names
    assert not any(name.startswith(("join__", "link__")) for name in names)


async def test_introspection_in_parts() -> None:
    query = """query ($all: Boolean!, $name: String = "Kind") {
      __typename
      kind: __type(name: $name) { __typename ...Values others: name @skip(if: $all) }
      nobody: __type(name: "Vault") { name }
      __schema { __typename queryType { ... on __Type { name } } mutationType { name } subscriptionType { name } }
      __type(name: "Asking") { fields { name args(includeDeprecated: $all) { name } } }
      thing { __typename name }
    }
    fragment Values on __Type { enumValues(includeDeprecated: $all) { name isDeprecated deprecationReason } }"""
    answer = await asked(query, {"all": True})
    plain = {"name": "PLAIN", "isDeprecated": False, "deprecationReason": None}
    former = {"name": "FORMER", "isDeprecated": True, "deprecationReason": "see PLAIN"}
    data = answer["data"]
    echo = next(field for field in data["__type"]["fields"] if field["name"] == "echo")
    assert "old" in [argument["name"] for argument in echo["args"]]
    assert {**data, "__type": None} == {
        "__typename": "Asking",
        "kind": {"__typename": "__Type", "enumValues": [plain, former]},
        "nobody": None,
        "__schema": {
            "__typename": "__Schema",
            "queryType": {"name": "Asking"},
            "mutationType": {"name": "Changing"},
            "subscriptionType": {"name": "Hearing"},
        },
        "__type": None,
        "thing": {"__typename": "Thing", "name": "Lamp"},
    }
    few = (await asked(query, {"all": False}))["data"]
    assert few["kind"] == {"__typename": "__Type", "enumValues": [plain], "others": "Kind"}
    echo = next(field for field in few["__type"]["fields"] if field["name"] == "echo")
    assert "old" not in [argument["name"] for argument in echo["args"]]


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ vault { code } }", {}),
        ("{ thing { cost } }", {}),
        ("{ thing { vault { code } } }", {}),
        ("{ thing { ... on Vault { code } } }", {}),
        ("{ thing { ... on Hidden { name } } }", {}),
        ("{ echo(secret: 1) }", {}),
        ("{ echo(kind: SECRET) }", {}),
        ("{ echo(filter: { secret: 1 }) }", {}),
        ("{ echo(filter: { kinds: [SECRET] }) }", {}),
        ("query ($kind: Kind) { echo(kind: $kind) }", {"kind": "SECRET"}),
        ("query ($kind: Kind = SECRET) { echo(kind: $kind) }", {}),
        ("query ($filter: Filter) { echo(filter: $filter) }", {"filter": {"secret": 1}}),
        ("query ($filter: Filter) { echo(filter: $filter) }", {"filter": {"inner": {"kinds": ["SECRET"]}}}),
        ("query ($vault: Vault) { echo(any: $vault) }", {}),
    ],
)
async def test_what_is_hidden_cannot_be_asked_for_or_sent(query: str, variables: dict[str, Any]) -> None:
    both = Subgraphs()
    answer = await both.engine.execute(query, variables)
    assert "data" not in answer
    assert both.a.requests == []


async def test_nobody_is_led_to_what_is_hidden() -> None:
    for query in ("{ vaul { code } }", "{ echo(secre: 1) }", "{ echo(kind: SECRE) }", "{ thing { cos } }"):
        message = (await asked(query))["errors"][0]["message"]
        assert not any(f"'{name}'" in message for name in HIDDEN), message


DEFAULTS = {"number": 7, "kind": "PLAIN", "needed": 1}


@pytest.mark.parametrize(
    ("declared", "given", "echoed"),
    [
        ("$number: Int", {}, {}),
        ("$number: Int", {"number": None}, {"number": None}),
        ("$number: Int = 5", {}, {"number": 5}),
        ("$number: Int = 5", {"number": None}, {"number": None}),
        ("$number: Int = 5", {"number": 6, "unknown": 1}, {"number": 6}),
        ("$needed: Int", {}, {}),
        ("$share: Float", {"share": 2}, {"share": 2.0}),
        ("$id: ID", {"id": 12}, {"id": "12"}),
        ("$numbers: [Int!]", {"numbers": 4}, {"numbers": [4]}),
        ("$kind: Kind", {"kind": "FORMER"}, {"kind": "FORMER"}),
        ("$kind: Kind = FORMER", {}, {"kind": "FORMER"}),
        ("$filter: Filter", {"filter": {}}, {"filter": {"most": 3}}),
        (
            "$filter: Filter = {most: 9, inner: {kinds: PLAIN}}",
            {},
            {"filter": {"most": 9, "inner": {"most": 3, "kinds": ["PLAIN"]}}},
        ),
        ("$any: Any", {"any": {"a": [1, "b", None]}}, {"any": {"a": [1, "b", None]}}),
    ],
)
async def test_variables_arrive_as_the_specification_has_them(
    declared: str, given: dict[str, Any], echoed: dict[str, Any]
) -> None:
    both = Subgraphs()
    name = declared[1:].partition(":")[0]
    answer = await both.engine.execute(f"query ({declared}) {{ echo({name}: ${name}) }}", given)
    assert answer == {"data": {"echo": "heard"}}
    assert both.echoed == {**DEFAULTS, **echoed}
    assert set(both.a.requests[0].variables) <= {name}


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ("$number: Int", {"number": "5"}),
        ("$number: Int", {"number": 1.5}),
        ("$number: Int", {"number": 2**31}),
        ("$number: Int", {"number": True}),
        ("$number: Int!", {}),
        ("$number: Int!", {"number": None}),
        ("$share: Float", {"share": "1"}),
        ("$text: String", {"text": 1}),
        ("$truth: Boolean", {"truth": 1}),
        ("$id: ID", {"id": 1.5}),
        ("$kind: Kind", {"kind": "NONE"}),
        ("$kind: Kind", {"kind": 1}),
        ("$numbers: [Int!]", {"numbers": [1, None]}),
        ("$numbers: [Int!]", {"numbers": [1, "2"]}),
        ("$filter: Filter", {"filter": {"nothing": 1}}),
        ("$filter: Filter", {"filter": [1]}),
        ("$filter: Filter", {"filter": {"inner": {"most": "many"}}}),
    ],
)
async def test_variables_that_do_not_fit_are_refused_by_name(declared: str, given: dict[str, Any]) -> None:
    both = Subgraphs()
    name = declared[1:].partition(":")[0]
    answer = await both.engine.execute(f"query ({declared}) {{ echo({name}: ${name}) }}", given)
    assert f"${name}" in answer["errors"][0]["message"], answer
    assert both.a.requests == []


async def test_a_null_where_a_default_made_room_for_it_is_the_fields_own_error() -> None:
    answer = await asked("query ($needed: Int) { echo(needed: $needed) }", {"needed": None})
    assert answer["data"] == {"echo": None}
    assert [error["path"] for error in answer["errors"]] == [["echo"]]
