"""Who may see which field: one table a service, and what holds the schema to it.

A service's `graphql/rules.py` has a row for each field of its schema: the roles that may see it, each with whose rows
it reaches, and whether the freeze hides it. `enforce` holds the resolvers to it when the schema is built. Whose rows
are read is decided in reads.py; the table says it for the page docs/fields.md and for the crawler (tests/crawl).

A role that sees no field of a type never comes to it: no field that leads there may be for that role, and `_entities`
finds none of it. So only the fields are wrapped that a role may not see though it comes to their type; the others cost
nothing.

What one may not see answers as if it did not exist: null, an empty list, an amount that is not there. Mutations,
subscriptions and what is `told` are refused: FORBIDDEN.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import compress
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    default_field_resolver,
    get_named_type,
    is_list_type,
)

from shared.auth.viewer import Role
from shared.errors import Forbidden, InvalidInput, NivaaError, NotFound
from shared.graphql.context import Context
from shared.graphql.money import frozen_document, frozen_money, hidden_document, hidden_money
from shared.graphql.pages import empty_connection
from shared.graphql.plans import STANDS_IN

ACTIONS = ("Mutation", "Subscription")
ENTITIES = "_entities"


class Reach(StrEnum):
    """Whose rows."""

    ALL = "all"
    FAMILY = "own family"
    OWN = "own"
    LINKED = "of own sessions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose rows each role may see a field of; None is nobody's. `frozen`: not while money is frozen for the viewer.
    `told`: whoever may not is refused, where others would find nothing."""

    parent: Reach | None = None
    tutor: Reach | None = None
    coordinator: Reach | None = Reach.ALL
    service: Reach | None = Reach.ALL
    frozen: bool = False
    told: bool = False

    def reach(self, role: Role) -> Reach | None:
        reach: Reach | None = getattr(self, role.value)
        return reach

    @property
    def shut_out(self) -> frozenset[Role]:
        return frozenset(role for role in Role if self.reach(role) is None)


def money(who: Who) -> Who:
    """For a field that is money, or a document, which contains it."""
    return replace(who, frozen=True)


def told(who: Who) -> Who:
    return replace(who, told=True)


EVERYBODY = Who(parent=Reach.ALL, tutor=Reach.ALL)
OFFICE = Who()
COORDINATORS = Who(service=None)
FAMILY = Who(parent=Reach.FAMILY)
TUTOR = Who(tutor=Reach.OWN)
FAMILY_AND_TUTOR = Who(parent=Reach.FAMILY, tutor=Reach.OWN)

Rules = Mapping[str, Mapping[str, Who]]
"""By type and field."""

SHARED_RULES: Rules = {
    "AuditEntry": {
        "id": OFFICE,
        "action": OFFICE,
        "subjectId": OFFICE,
        "reason": OFFICE,
        "doneAt": OFFICE,
        "doneBy": OFFICE,
        "amount": money(OFFICE),
    },
    "Document": dict.fromkeys(("available", "url", "sha256", "reason"), EVERYBODY),
    "Money": dict.fromkeys(("available", "amount", "currency", "display", "reason"), EVERYBODY),
    "PageInfo": dict.fromkeys(("hasNextPage", "hasPreviousPage", "startCursor", "endCursor"), EVERYBODY),
}
"""Of the types in this folder, where a schema has them."""

_PAGES = {"Connection": ("edges", "pageInfo", "nodes", "totalCount"), "Edge": ("cursor", "node")}
"""By the end of a type's name. A list's pages are for whoever what is listed is for."""

Fields = Mapping[tuple[str, str], GraphQLField]
Answer = Callable[[Context], object]
_WHEN_FROZEN: Mapping[str, Answer] = {"Money": frozen_money, "Document": frozen_document}
_WHEN_HIDDEN: Mapping[str, Answer] = {"Money": hidden_money, "Document": hidden_document}


class RulesDiffer(NivaaError):
    """The table and the schema disagree; the service does not come up."""


def enforce(schema: GraphQLSchema, rules: Rules) -> Rules:
    """Holds the schema to the table, and gives the table with the rows of what is shared.

    Raises RulesDiffer for a field without a row, a row without a field, money whose row does not say so, and a field
    that leads a role to where it sees nothing."""
    fields = dict(_fields(schema))
    table = _completed(rules, fields)
    if complaints := sorted(_mismatches(fields, table)):
        raise RulesDiffer("; ".join(complaints))
    strangers = {name: _strangers(schema, name, rows) for name, rows in table.items()}
    if complaints := sorted(_dead_ends(fields, table, strangers)):
        raise RulesDiffer("; ".join(complaints))
    for (type_name, name), field in fields.items():
        _guard(field, table[type_name][name], strangers[type_name], refuses=type_name in ACTIONS)
    if schema.query_type and ENTITIES in schema.query_type.fields:
        _guard_entities(schema.query_type.fields[ENTITIES], strangers)
    return table


def _fields(schema: GraphQLSchema) -> Iterator[tuple[tuple[str, str], GraphQLField]]:
    """Those of object types, without introspection's and federation's."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("_"):
            for name, field in type_.fields.items():
                if not name.startswith("_"):
                    yield (type_.name, name), field


def _completed(rules: Rules, fields: Fields) -> Rules:
    type_names = {type_name for type_name, _ in fields}
    table = {**{name: rows for name, rows in SHARED_RULES.items() if name in type_names}, **rules}
    for type_name in type_names - table.keys():
        for end, names in _PAGES.items():
            listed = table.get(type_name.removesuffix(end)) if type_name.endswith(end) else None
            if listed:
                table[type_name] = dict.fromkeys(names, next(iter(listed.values())))
    return table


def _mismatches(fields: Fields, table: Rules) -> Iterator[str]:
    rows = {(type_name, name): who for type_name, row in table.items() for name, who in row.items()}
    for type_name, name in fields.keys() ^ rows.keys():
        has = "has no rule" if (type_name, name) in fields else "has a rule and is not there"
        yield f"{type_name}.{name} {has}"
    for key in fields.keys() & rows.keys():
        if rows[key].frozen != (get_named_type(fields[key].type).name in _WHEN_FROZEN):
            yield f"{'.'.join(key)} is money and its rule does not say so, or the other way round"


def _strangers(schema: GraphQLSchema, type_name: str, rows: Mapping[str, Who]) -> frozenset[Role]:
    """The roles that never come to a type. To the roots everybody comes, and by a union to all that it joins."""
    unions = (type_ for type_ in schema.type_map.values() if isinstance(type_, GraphQLUnionType))
    joined = {each.name for union in unions if not union.name.startswith("_") for each in union.types}
    if type_name in (*ACTIONS, "Query", *joined):
        return frozenset()
    return frozenset.intersection(*(who.shut_out for who in rows.values()))


def _dead_ends(fields: Fields, table: Rules, strangers: Mapping[str, frozenset[Role]]) -> Iterator[str]:
    for (type_name, name), field in fields.items():
        led_to = get_named_type(field.type).name
        lost = strangers.get(led_to, frozenset()) - table[type_name][name].shut_out - strangers[type_name]
        if lost:
            yield f"{type_name}.{name} leads {', '.join(sorted(lost))} to {led_to}, of which they see nothing"


def _guard(field: GraphQLField, who: Who, strangers: frozenset[Role], *, refuses: bool) -> None:
    shut_out = who.shut_out - strangers
    if not (who.frozen or shut_out):
        return
    when_hidden = _refused if refuses or who.told else _hidden(field)
    when_frozen = _WHEN_FROZEN[get_named_type(field.type).name] if who.frozen else None
    if field.subscribe:
        field.subscribe = _guarded(field.subscribe, shut_out, when_hidden, None)
    else:
        field.resolve = _guarded(field.resolve or default_field_resolver, shut_out, when_hidden, when_frozen)


def _guarded(
    resolve: Callable[..., Any], shut_out: frozenset[Role], when_hidden: Answer, when_frozen: Answer | None
) -> Callable[..., Any]:
    """A resolver that is not called for those who may not see what it gives."""

    def stands_in(role: Role, frozen: bool) -> Answer | None:
        """Of nothing else: plans are kept for all who have the same role and freeze."""
        if when_frozen is not None and frozen:
            return when_frozen
        return when_hidden if role in shut_out else None

    def guarded(source: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
        stand_in = stands_in(info.context.viewer.role, info.context.frozen)
        return resolve(source, info, **arguments) if stand_in is None else stand_in(info.context)

    setattr(guarded, STANDS_IN, stands_in)
    return guarded


def _guard_entities(field: GraphQLField, strangers: Mapping[str, frozenset[Role]]) -> None:
    """References to what the viewer never comes to are answered by null, unread."""
    resolve = field.resolve or default_field_resolver

    async def guarded(source: Any, info: GraphQLResolveInfo[Context], representations: list[Any]) -> list[Any]:
        role = info.context.viewer.role
        seen = [role not in _strangers_to(each, strangers) for each in representations]
        found = iter(await resolve(source, info, representations=list(compress(representations, seen))))
        return [next(found) if is_seen else None for is_seen in seen]

    field.resolve = guarded


def _strangers_to(representation: object, strangers: Mapping[str, frozenset[Role]]) -> frozenset[Role]:
    type_name = representation.get("__typename") if isinstance(representation, dict) else None
    if not isinstance(type_name, str) or type_name not in strangers:
        raise InvalidInput("a representation is an object whose __typename is an entity's")
    return strangers[type_name]


def _hidden(field: GraphQLField) -> Answer:
    """What stands for a value that the viewer may not see, as the field's type has it."""
    if not isinstance(field.type, GraphQLNonNull):
        return lambda _: None
    if is_list_type(field.type.of_type):
        return lambda _: []
    name = get_named_type(field.type).name
    if name.endswith("Connection"):
        return lambda _: empty_connection()
    return _WHEN_HIDDEN.get(name, _not_there)


def _refused(_: Context) -> object:
    raise Forbidden("this is not for your role")


def _not_there(_: Context) -> object:
    raise NotFound("there is no such thing")
