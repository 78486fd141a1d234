"""Random operations that a schema allows: aliases, fragments, conditions, variables, and `__typename` anywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    parse,
    validate,
)

DEPTH = 5


@dataclass(frozen=True)
class Asked:
    query: str
    variables: dict[str, Any] = field(default_factory=dict)


def make_operation(schema: GraphQLSchema, random: Random) -> Asked:
    """Chance may write fields that cannot stand together: then it tries again, without aliases in the end."""
    for attempt in range(20):
        asked = _Maker(schema, random, aliases=0.25 if attempt < 10 else 0).make()
        if not validate(schema, parse(asked.query)):
            return asked
    raise AssertionError("no valid operation comes up")


class _Maker:
    def __init__(self, schema: GraphQLSchema, random: Random, aliases: float) -> None:
        self.schema = schema
        self.random = random
        self.aliases = aliases
        self.conditions: dict[str, bool] = {}
        self.numbers: dict[str, int] = {}

    def make(self) -> Asked:
        assert self.schema.query_type is not None
        body = self.selections(self.schema.query_type, 1)
        variables = {**self.conditions, **self.numbers}
        types = [f"${name}: Boolean!" for name in self.conditions] + [f"${name}: Int" for name in self.numbers]
        head = f"query Q({', '.join(types)}) " if types else ""
        return Asked(f"{head}{body}", variables)

    def selections(self, type_: Any, depth: int) -> str:
        parts = [*self.fields(type_, depth), *self.fragments(type_, depth)]
        return f"{{ {' '.join(parts or ['__typename'])} }}"

    def fields(self, type_: Any, depth: int) -> Iterator[str]:
        if isinstance(type_, GraphQLUnionType):
            if self.random.random() < 0.5:
                yield "__typename"
            return
        if self.random.random() < 0.2:
            yield self.random.choice(("__typename", "kind: __typename"))
        names = [one for one in type_.fields if depth < DEPTH or is_leaf_type(get_named_type(type_.fields[one].type))]
        for name in self.random.sample(names, min(len(names), self.random.randint(1, 4))):
            yield self.one_field(name, type_.fields[name], depth)

    def one_field(self, name: str, definition: Any, depth: int) -> str:
        alias = (
            f"{self.random.choice('xyz')}{self.random.randint(0, 2)}: " if self.random.random() < self.aliases else ""
        )
        named: GraphQLNamedType = get_named_type(definition.type)
        inner = "" if is_leaf_type(named) else f" {self.selections(named, depth + 1)}"
        return f"{alias}{name}{self.arguments(definition)}{self.condition()}{inner}"

    def arguments(self, definition: Any) -> str:
        if not definition.args or self.random.random() < 0.4:
            return ""
        name = next(iter(definition.args))
        value = str(self.random.randint(0, 9))
        if self.random.random() < 0.3:
            variable = f"n{len(self.numbers)}"
            self.numbers[variable] = int(value)
            value = f"${variable}"
        return f"({name}: {value})"

    def condition(self) -> str:
        if self.random.random() < 0.92:
            return ""
        name = f"c{len(self.conditions)}"
        self.conditions[name] = self.random.random() < 0.5
        return f" @{self.random.choice(('skip', 'include'))}(if: ${name})"

    def fragments(self, type_: Any, depth: int) -> Iterator[str]:
        if isinstance(type_, GraphQLObjectType):
            if self.random.random() < 0.1:
                yield f"... {self.selections(type_, depth)}"
            return
        assert isinstance(type_, GraphQLUnionType | GraphQLInterfaceType)
        for one in self.schema.get_possible_types(type_):
            if self.random.random() < 0.7:
                yield f"... on {one.name}{self.condition()} {self.selections(one, depth)}"
