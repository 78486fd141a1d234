"""Whether a request's variables are right, at a glance. When they are not, graphql-core finds out what is wrong.

graphql-core walks schema and values anew for every request, which costs more than all else that the engine does for it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    is_input_type,
    is_required_input_field,
    type_from_ast,
    value_from_ast,
)

Accepts = Callable[[Any], bool]
_INT = range(-(2**31), 2**31)
_SCALARS: Mapping[str, Accepts] = {
    "String": lambda value: type(value) is str,
    "ID": lambda value: type(value) is str or type(value) is int,
    "Int": lambda value: type(value) is int and value in _INT,
    "Float": lambda value: type(value) is float or type(value) is int,
    "Boolean": lambda value: type(value) is bool,
}


class VariableCheck:
    """One operation's."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._accepts: dict[str, Accepts] = {}
        self._required: list[str] = []
        self._defaults: dict[str, Any] = {}
        for node in operation.variable_definitions or ():
            name, type_ = node.variable.name.value, type_from_ast(schema, node.type)
            assert is_input_type(type_)  # noqa: S101 - validation has let it through
            self._accepts[name] = _accepts(type_, {})
            if node.default_value is not None:
                self._defaults[name] = value_from_ast(node.default_value, type_)
            elif isinstance(type_, GraphQLNonNull):
                self._required.append(name)

    def accepts(self, values: Mapping[str, Any]) -> bool:
        """False also for what only graphql-core can judge. Values of no variable are nobody's concern."""
        if not all(name in values for name in self._required):
            return False
        return all(accepts(values[name]) for name, accepts in self._accepts.items() if name in values)

    def decided(self, names: Iterable[str], values: Mapping[str, Any]) -> tuple[bool | int | None, ...]:
        """What variables stand for that decide over conditions and sizes: nothing else is a key."""
        found = (values.get(name, self._defaults.get(name)) for name in names)
        return tuple(value if isinstance(value, int) else None for value in found)


def _accepts(type_: GraphQLInputType, known: dict[str, Accepts]) -> Accepts:
    if isinstance(type_, GraphQLNonNull):
        return _present(type_.of_type, known)
    present = _present(type_, known)
    return lambda value: value is None or present(value)


def _present(type_: GraphQLInputType, known: dict[str, Accepts]) -> Accepts:
    match type_:
        case GraphQLList():
            item = _accepts(type_.of_type, known)
            return lambda value: type(value) is list and all(map(item, value))
        case GraphQLEnumType():
            return lambda value: type(value) is str and value in type_.values
        case GraphQLScalarType():
            return _SCALARS.get(type_.name, lambda value: value is not None)
        case GraphQLInputObjectType():
            return _fields(type_, known)
    return lambda _: False


def _fields(type_: GraphQLInputObjectType, known: dict[str, Accepts]) -> Accepts:
    """Input types may contain themselves: each is made once, and looked up when a value comes."""
    if type_.name not in known:
        known[type_.name] = lambda _: False
        fields = {name: _accepts(field.type, known) for name, field in type_.fields.items()}
        required = [name for name, field in type_.fields.items() if is_required_input_field(field)]
        known[type_.name] = _object(fields, required, is_one_of=type_.is_one_of)

    def accepts(value: Any) -> bool:
        return known[type_.name](value)

    return accepts


def _object(fields: Mapping[str, Accepts], required: list[str], *, is_one_of: bool) -> Accepts:
    def accepts(value: Any) -> bool:
        return (
            type(value) is dict
            and not is_one_of
            and all(name in value for name in required)
            and all(name in fields and fields[name](inner) for name, inner in value.items())
        )

    return accepts
