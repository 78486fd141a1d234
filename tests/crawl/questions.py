"""Questions made from a schema: every field of every type, wherever it leads, so that none can be forgotten."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

Name = tuple[str, str]
"""Of a field: its type's and its own."""
May = Callable[[Name], bool]
GIVEN: Mapping[str, str] = {"first": "100", "withdrawn": "true", "month": "$month"}
"""What fields inside are asked with."""


@dataclass(frozen=True)
class Question:
    """A document and the variables it takes, by name and type; `fields` are what it asks for."""

    document: str
    variables: Mapping[str, str]
    fields: frozenset[Name]


class Asker:
    """Makes questions; `may` says which fields are asked for."""

    def __init__(self, schema: GraphQLSchema, may: May = lambda _: True) -> None:
        self.schema = schema
        self._may = may
        self._fields: set[Name] = set()

    @cached_property
    def all_fields(self) -> set[Name]:
        return {
            (type_.name, name)
            for type_ in self.schema.type_map.values()
            if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("_")
            for name in type_.fields
            if not name.startswith("_")
        }

    def of_root(self, kind: str, name: str, depth: int, arguments: Mapping[str, str]) -> Question:
        """A root field with arguments that are written like `$id` or `LATEST_FIRST`; variables are declared."""
        root = self.schema.type_map[kind]
        assert isinstance(root, GraphQLObjectType)
        field = root.fields[name]
        given = {key: value for key, value in arguments.items() if key in field.args}
        declared = {value[1:]: str(field.args[key].type) for key, value in given.items() if value.startswith("$")}
        self._fields = {(kind, name)}
        selection = self.selection(get_named_type(field.type), depth)
        if "$month" in selection:
            declared.setdefault("month", "Month")
        written = f"({', '.join(f'{key}: {value}' for key, value in given.items())})" if given else ""
        heading = ", ".join(f"${key}: {type_}" for key, type_ in declared.items())
        document = f"{kind.lower()} {f'({heading})' if heading else ''} {{ {name}{written} {selection} }}"
        return Question(document, declared, frozenset(self._fields))

    def of_type(self, name: str) -> Iterator[Question]:
        """All of a type, by the shortest ways to it from root fields that need no argument."""
        yield from (self._by_way(name, way) for way in self.ways.get(name, ()))

    def _by_way(self, name: str, way: Sequence[Name]) -> Question:
        self._fields = set(way)
        selection = self.selection(self.schema.type_map[name], 1)
        for type_name, field_name in reversed(way):
            type_ = self.schema.type_map[type_name]
            assert isinstance(type_, GraphQLObjectType)
            is_union = isinstance(get_named_type(type_.fields[field_name].type), GraphQLUnionType)
            inner = f"{{ __typename ... on {name} {selection} }}" if is_union else selection
            selection = f"{{ __typename {field_name}{_given(type_.fields[field_name].args)} {inner} }}"
            name = type_name
        declared = {"month": "Month"} if "$month" in selection else {}
        heading = "($month: Month)" if declared else ""
        return Question(f"query {heading} {selection}", declared, frozenset(self._fields))

    @cached_property
    def ways(self) -> Mapping[str, Sequence[Sequence[Name]]]:
        """The fields that lead to each type: the shortest way, and the next one."""
        ways: dict[str, list[list[Name]]] = {"Query": [[]]}
        waiting = ["Query"]
        for name in waiting:
            for field_name, led_to in self._leads(name):
                known = ways.setdefault(led_to, [])
                if not known:
                    waiting.append(led_to)
                if len(known) < 2:
                    known.append([*ways[name][0], (name, field_name)])
        return ways

    def _leads(self, name: str) -> Iterator[Name]:
        """The fields that can be asked for without knowing anything, and the types that they lead to."""
        type_ = self.schema.type_map[name]
        for field_name, field in type_.fields.items() if isinstance(type_, GraphQLObjectType) else ():
            needs = "id" in field.args or any(map(is_required_argument, field.args.values()))
            if needs or not self._may((name, field_name)) or field_name.startswith("_"):
                continue
            led_to = get_named_type(field.type)
            members = led_to.types if isinstance(led_to, GraphQLUnionType) else [led_to]
            yield from ((field_name, member.name) for member in members if not is_leaf_type(member))

    def of_entity(self, name: str, depth: int = 1) -> Question:
        self._fields = set()
        selection = self.selection(self.schema.type_map[name], depth)
        months = ", $month: Month" if "$month" in selection else ""
        document = f"query ($r: [_Any!]!{months}) {{ _entities(representations: $r) {{ ... on {name} {selection} }} }}"
        return Question(document, {"r": "[_Any!]!"}, frozenset(self._fields))

    def selection(self, type_: GraphQLNamedType, depth: int) -> str:
        """All that the type has; what it leads to as deep as said, where a page of a list is no step."""
        if is_leaf_type(type_):
            return ""
        if isinstance(type_, GraphQLUnionType):
            members = " ".join(f"... on {each.name} {self.selection(each, depth)}" for each in type_.types)
            return f"{{ __typename {members} }}"
        assert isinstance(type_, GraphQLObjectType)
        return f"{{ __typename {' '.join(self._asked(type_, depth))} }}"

    def _asked(self, type_: GraphQLObjectType, depth: int) -> Iterator[str]:
        for name, field in type_.fields.items():
            led_to = get_named_type(field.type)
            is_step = not (is_leaf_type(led_to) or _is_value(led_to) or _is_page(led_to) or _is_page(type_))
            if name.startswith("_") or not self._may((type_.name, name)) or (is_step and depth == 0):
                continue
            if any(is_required_argument(argument) and key not in GIVEN for key, argument in field.args.items()):
                continue
            if _is_page(led_to) and depth == 0 and not _is_page(type_):
                continue
            self._fields.add((type_.name, name))
            inner = depth - 1 if is_step or (_is_page(led_to) and not _is_page(type_)) else depth
            is_node = type_.name.endswith("Edge") and not is_leaf_type(led_to)
            yield f"{name}{_given(field.args)} {'{ __typename }' if is_node else self.selection(led_to, inner)}"


def _given(arguments: Mapping[str, GraphQLArgument]) -> str:
    written = [f"{key}: {GIVEN[key]}" for key in arguments if key in GIVEN]
    return f"({', '.join(written)})" if written else ""


def _is_page(type_: GraphQLNamedType) -> bool:
    return type_.name.endswith(("Connection", "Edge"))


def _is_value(type_: GraphQLNamedType) -> bool:
    """One that leads nowhere else, like Money."""
    return isinstance(type_, GraphQLObjectType) and all(
        is_leaf_type(get_named_type(field.type)) and not field.args for field in type_.fields.values()
    )


def found(schema: GraphQLSchema, type_name: str, value: object) -> Iterator[tuple[Name, object]]:
    """Every field of an answer, with what it answers."""
    if isinstance(value, list):
        for each in value:
            yield from found(schema, type_name, each)
    elif isinstance(value, dict) and not _is_empty(value):
        type_ = schema.type_map[value.get("__typename", type_name)]
        assert isinstance(type_, GraphQLObjectType)
        for name, inner in value.items():
            if not name.startswith("_"):
                field: GraphQLField = type_.fields[name]
                yield (type_.name, name), inner
                yield from found(schema, get_named_type(field.type).name, inner)


def is_there(value: object) -> bool:
    """Whether a field answers anything: an amount or a document that is not available is none."""
    if isinstance(value, dict) and value.get("__typename") in ("Money", "Document"):
        return bool(value["available"])
    return value is not None and value != [] and not (isinstance(value, dict) and _is_empty(value))


def _is_empty(value: Mapping[str, object]) -> bool:
    return (
        str(value.get("__typename")).endswith("Connection") and not value.get("totalCount") and not value.get("nodes")
    )


def enum_values(argument: GraphQLArgument) -> Sequence[str]:
    type_ = get_named_type(argument.type)
    return list(type_.values) if isinstance(type_, GraphQLEnumType) else []
