"""Random operations that a schema allows: aliases, fragments, conditions, variables, and `__typename` anywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OverlappingFieldsCanBeMergedRule,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    is_required_argument,
    parse,
    validate,
)

from tests.federation.fuzz.chance import Chance
from tests.federation.fuzz.outages import Outage
from tests.federation.fuzz.world import RUN

_DEPTH = 5
_FIELDS = (4, 30)
"""How many fields an operation has, about."""


@dataclass(frozen=True)
class Asked:
    """`kind` is `query`, `mutation` or `subscription`. It is asked in the outage too, if there is one."""

    kind: str
    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    outage: Outage | None = None

    def variables_in(self, run: str) -> dict[str, Any]:
        """The variables when the operation runs under that name."""
        return {**self.variables, RUN.name: run} if RUN.name in self.variables else self.variables


def make_operation(schema: GraphQLSchema, chance: Chance) -> tuple[Asked, DocumentNode]:
    """Chance may write fields that cannot stand together: then it tries again, in the end without what does that."""
    kinds = ["query"] * 6 + ["mutation"] * 2 * bool(schema.mutation_type)
    kind = chance.one([*kinds, *["subscription"] * bool(schema.subscription_type)])
    for attempt in range(20):
        asked = _Writer(schema, chance, is_plain=attempt >= 10).operation(kind)
        document = parse(asked.query)
        if not validate(schema, document, [OverlappingFieldsCanBeMergedRule]):
            return asked, document
    raise AssertionError("no valid operation comes up")


class _Writer:
    """A plain one writes no alias and no argument that it may leave out."""

    def __init__(self, schema: GraphQLSchema, chance: Chance, *, is_plain: bool) -> None:
        self.schema = schema
        self.chance = chance
        self.is_plain = is_plain
        self.fields_left = chance.number(*_FIELDS)
        self.definitions: list[str] = []
        self.values: dict[str, Any] = {}
        self.fragments: dict[str, list[str]] = {}
        self.others: list[str] = []

    def operation(self, kind: str) -> Asked:
        root = getattr(self.schema, f"{kind}_type")
        body = self.subscription(root) if kind == "subscription" else self.selections(root, 1)
        parameters = f"({', '.join(self.definitions)})" if self.definitions else ""
        texts = [f"{kind} Q{parameters} {body}", *self.others]
        name = None
        if self.chance(0.1):
            texts, name = ["query Other { __typename }", *texts], "Q"
        return Asked(kind, "\n".join(texts), self.values, name)

    def subscription(self, root: GraphQLObjectType) -> str:
        """One field, under no condition."""
        name = self.chance.one(list(root.fields))
        return f"{{ {name}{self.arguments(root.fields[name].args)}{self.inner(root.fields[name].type, 1)} }}"

    def selections(self, type_: Any, depth: int) -> str:
        parts = [*self.own(type_, depth), *self.narrower(type_, depth)]
        return f"{{ {' '.join(parts or ['__typename'])} }}"

    def own(self, type_: Any, depth: int) -> Iterator[str]:
        if self.chance(0.2):
            yield self.chance.one(("__typename", "kind: __typename"))
        if isinstance(type_, GraphQLUnionType):
            return
        is_deep = depth >= _DEPTH or self.fields_left <= 0
        names = [
            name for name, one in type_.fields.items() if not (is_deep and is_composite_type(get_named_type(one.type)))
        ]
        for name in self.chance.any_order(names, 1, 4):
            yield self.one_field(name, type_.fields[name], depth)
        if self.chance(0.1):  # again, to be merged with what it has been asked already
            yield from (
                self.one_field(name, type_.fields[name], depth) for name in names[:1] if not type_.fields[name].args
            )
        if self.chance(0.1):
            yield f"...{self.condition()} {self.selections(type_, depth)}"
        if self.chance(0.1):
            yield self.spread(type_, depth)
        if depth == 1 and type_ is self.schema.query_type and self.chance(0.03):
            yield '__type(name: "A") { name kind: __typename fields { name type { kind name } } }'

    def one_field(self, name: str, definition: Any, depth: int) -> str:
        self.fields_left -= 1
        is_renamed = not self.is_plain and self.chance(0.25)
        alias = f"{self.chance.one('xyz')}{self.chance.number(0, 2)}: " if is_renamed else ""
        inner = self.inner(definition.type, depth)
        return f"{alias}{name}{self.arguments(definition.args)}{self.condition()}{inner}"

    def inner(self, type_: Any, depth: int) -> str:
        named = get_named_type(type_)
        return "" if is_leaf_type(named) else f" {self.selections(named, depth + 1)}"

    def narrower(self, type_: Any, depth: int) -> Iterator[str]:
        if isinstance(type_, GraphQLObjectType):
            for one in type_.interfaces:
                if self.chance(0.1):
                    yield f"... on {one.name} {self.selections(one, depth)}"
            return
        for possible in self.schema.get_possible_types(type_):
            if self.chance(0.7):
                yield f"... on {possible.name}{self.condition()} {self.selections(possible, depth)}"

    def spread(self, type_: Any, depth: int) -> str:
        """Of a fragment that is there already, or of a new one."""
        known = self.fragments.setdefault(type_.name, [])
        if known and self.chance(0.5):
            name = self.chance.one(known)
        else:
            text = self.selections(type_, depth)
            name = f"F{len(self.others)}"
            self.others.append(f"fragment {name} on {type_.name} {text}")
            known.append(name)
        return f"...{name}{self.condition()}"

    def arguments(self, arguments: dict[str, GraphQLArgument]) -> str:
        given = [
            f"{name}: {self.argument(name, one)}"
            for name, one in arguments.items()
            if is_required_argument(one) or (not self.is_plain and self.chance(0.6))
        ]
        return f"({', '.join(given)})" if given else ""

    def argument(self, name: str, definition: GraphQLArgument) -> str:
        if name == RUN.name:
            if name not in self.values:
                self.definitions.append("$run: String!")
                self.values[name] = ""
            return "$run"
        if self.is_plain:
            return "1"
        return self.variable(definition.type) if self.chance(0.4) else self.literal(definition.type)

    def variable(self, type_: Any) -> str:
        """Given, left to its default, or left out where that may be."""
        name = f"v{len(self.definitions)}"
        default = f" = {self.literal(type_, constant=True)}" if self.chance(0.4) else ""
        self.definitions.append(f"${name}: {type_}{default}")
        if self.chance(0.7) or (isinstance(type_, GraphQLNonNull) and not default):
            self.values[name] = self.value(type_)
        return f"${name}"

    def literal(self, type_: Any, *, constant: bool = False) -> str:
        return _printed(self.value(type_), type_) if constant or self.chance(0.8) else self.with_variables(type_)

    def with_variables(self, type_: Any) -> str:
        """A list or an input object with a variable in it."""
        if isinstance(type_, GraphQLList):
            return f"[{self.variable(type_.of_type)}]"
        if isinstance(type_, GraphQLInputObjectType):
            name = self.chance.one(list(type_.fields))
            return f"{{{name}: {self.variable(type_.fields[name].type)}}}"
        return _printed(self.value(type_), type_)

    def value(self, type_: Any, depth: int = 0) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self.present(type_.of_type, depth)
        return None if self.chance(0.1) else self.present(type_, depth)

    def present(self, type_: Any, depth: int) -> Any:
        if isinstance(type_, GraphQLList):
            return [self.value(type_.of_type, depth) for _ in range(self.chance.number(0, 2))]
        if isinstance(type_, GraphQLInputObjectType):
            names = [name for name in type_.fields if depth < 2 and self.chance(0.4)]
            return {name: self.value(type_.fields[name].type, depth + 1) for name in names}
        if isinstance(type_, GraphQLEnumType):
            return self.chance.one(list(type_.values))
        number = self.chance.number(0, 9)
        return number if type_.name == "Int" else f"w{number}"

    def condition(self) -> str:
        if self.chance(0.92):
            return ""
        directive, value = self.chance.one(("skip", "include")), self.chance(0.5)
        if self.chance(0.3):
            return f" @{directive}(if: {str(value).lower()})"
        name = f"v{len(self.definitions)}"
        if self.chance(0.3):
            self.definitions.append(f"${name}: Boolean = {str(value).lower()}")
        else:
            self.definitions.append(f"${name}: Boolean!")
            self.values[name] = value
        return f" @{directive}(if: ${name})"


def _printed(value: Any, type_: Any) -> str:
    """A JSON value as GraphQL has it."""
    if isinstance(type_, GraphQLNonNull):
        return _printed(value, type_.of_type)
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"[{', '.join(_printed(item, type_.of_type) for item in value)}]"
    if isinstance(value, dict):
        return (
            f"{{{', '.join(f'{name}: {_printed(inner, type_.fields[name].type)}' for name, inner in value.items())}}}"
        )
    return value if isinstance(type_, GraphQLEnumType) else f'"{value}"' if isinstance(value, str) else str(value)
