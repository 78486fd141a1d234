"""The merged tree → the client's answer: its fields in its order, nulls as the specification propagates them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from services.gateway.federation.errors import UNAVAILABLE
from services.gateway.federation.execution.failure import Failure, PathKey
from services.gateway.federation.operation.normal_form import Operation
from services.gateway.federation.operation.selection import ABOUT_THE_SCHEMA, TYPENAME, Field, Selections, collect
from services.gateway.federation.supergraph.model import Supergraph

_Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
_Error = dict[str, Any]

_FITS: Mapping[str, Callable[[Any], bool]] = {
    "String": lambda value: type(value) is str,
    "ID": lambda value: type(value) is str or type(value) is int,
    "Int": lambda value: type(value) is int or (type(value) is float and value.is_integer()),
    "Float": lambda value: type(value) is float or type(value) is int,
    "Boolean": lambda value: type(value) is bool,
}
"""What the specification's own scalars are in JSON; of others nobody here knows."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One field of one object; no type for `__typename`, which is answered from the object's own."""

    key: str
    type: GraphQLOutputType | None
    selections: Selections
    about_the_schema: Field | None


@dataclass(frozen=True, slots=True)
class _At:
    """Where a value stands in the answer: a list that shares its beginning with its neighbours."""

    parent: "_At | None"
    key: PathKey

    def path(self) -> list[PathKey]:
        return [*(self.parent.path() if self.parent else ()), self.key]


class _Nulled(Exception):
    """The value is null and the error that explains it is reported."""


class Completer:
    """Completes answers to one operation; what it learns of the operation's shape serves every run."""

    def __init__(self, supergraph: Supergraph, operation: Operation) -> None:
        self.supergraph = supergraph
        self.schema: GraphQLSchema = supergraph.api_schema
        self.operation = operation
        self._shapes: dict[tuple[int, str], tuple[_Asked, ...]] = {}

    def complete(
        self, data: dict[str, Any], about_the_schema: Mapping[Field, Any]
    ) -> tuple[dict[str, Any] | None, list[_Error]]:
        """The answer's data and its errors."""
        run = _Run(self, about_the_schema)
        root = self.schema.type_map[self.operation.root_type]
        assert isinstance(root, GraphQLObjectType)  # noqa: S101 - normalisation took it from the schema's roots
        try:
            return run.fields(root, self.operation.selections, data, None), run.errors
        except _Nulled:
            return None, run.errors

    def shape(self, type_: _Composite, selections: Selections) -> tuple[_Asked, ...]:
        # The operation holds its selections as long as the completer lives, so their identity is a fair key.
        place = (id(selections), type_.name)
        known = self._shapes.get(place)
        if known is None:
            known = self._shapes[place] = tuple(self._asked(type_, selections))
        return known

    def _asked(self, type_: _Composite, selections: Selections) -> Iterator[_Asked]:
        for field in collect(selections, self.supergraph.names_of(type_.name)):
            definition = self.schema.get_field(type_, field.name)
            is_typename = field.name == TYPENAME
            type_of_value = None if is_typename or not definition else definition.type
            about_the_schema = field if field.name in ABOUT_THE_SCHEMA else None
            yield _Asked(field.key, type_of_value, field.selections, about_the_schema)


class _Run:
    def __init__(self, completer: Completer, about_the_schema: Mapping[Field, Any]) -> None:
        self.completer = completer
        self.about_the_schema = about_the_schema
        self.errors: list[_Error] = []
        self._reported: set[tuple[str, tuple[PathKey, ...]]] = set()

    def fields(
        self, type_: _Composite, selections: Selections, source: dict[str, Any], at: _At | None
    ) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        for asked in self.completer.shape(type_, selections):
            if asked.type is None:
                answer[asked.key] = type_.name
            elif asked.about_the_schema:
                answer[asked.key] = self.about_the_schema[asked.about_the_schema]  # complete already
            else:
                answer[asked.key] = self.value(asked.type, asked, source.get(asked.key), _At(at, asked.key))
        return answer

    def value(self, type_: GraphQLOutputType, asked: _Asked, value: Any, at: _At) -> Any:
        if isinstance(type_, GraphQLNonNull):
            result = self.nullable(type_.of_type, asked, value, at)
            return self.refuse("Cannot return null for a non-nullable field.", at) if result is None else result
        try:
            return self.nullable(type_, asked, value, at)
        except _Nulled:
            return None

    def nullable(self, type_: GraphQLOutputType, asked: _Asked, value: Any, at: _At) -> Any:
        if value is None:
            return None
        if isinstance(value, Failure):
            return self.fail(value, at)
        if isinstance(type_, GraphQLList):
            return self.items(type_, asked, value, at)
        if is_leaf_type(type_):
            return self.leaf(type_, value, at)
        return self.object(type_, asked, value, at)

    def items(self, type_: GraphQLList[Any], asked: _Asked, value: Any, at: _At) -> list[Any]:
        if not isinstance(value, list):
            self.misfit("a list", at)
        return [self.value(type_.of_type, asked, item, _At(at, index)) for index, item in enumerate(value)]

    def leaf(self, type_: GraphQLOutputType, value: Any, at: _At) -> Any:
        name = get_named_type(type_).name
        if not _FITS.get(name, _anything)(value) or (isinstance(type_, GraphQLEnumType) and type(value) is not str):
            self.misfit(f"of the type {name}", at)
        if isinstance(type_, GraphQLEnumType) and value not in type_.values:
            self.refuse(f"A service answered with a value that {name} does not have.", at)
        return value

    def object(self, type_: GraphQLOutputType, asked: _Asked, value: Any, at: _At) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            self.misfit("an object", at)
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            if value.get(TYPENAME, type_.name) is None:
                self.unknown(value, at)
                return None
            return self.fields(self.runtime_type(type_, value, at), asked.selections, value, at)
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - all other output types are dealt with
        return self.fields(type_, asked.selections, value, at)

    def unknown(self, value: dict[str, Any], at: _At) -> None:
        """Its type was asked for and did not come: nobody can say what of it was wanted."""
        failure = next((one for one in value.values() if isinstance(one, Failure)), None)
        if failure:
            self.fail_object(failure, at)

    def runtime_type(
        self, type_: GraphQLInterfaceType | GraphQLUnionType, value: dict[str, Any], at: _At
    ) -> _Composite:
        name = value.get(TYPENAME)
        if name is None:
            return type_  # an interface object: nobody asked for the real type
        if isinstance(name, Failure):
            self.fail_object(name, at)
        found = self.completer.schema.type_map.get(name) if isinstance(name, str) else None
        if not isinstance(found, GraphQLObjectType) or not self.completer.schema.is_sub_type(type_, found):
            self.refuse(f"A service answered with a type that {type_.name} cannot be.", at)
        return found

    def fail_object(self, failure: Failure, at: _At) -> NoReturn:
        """A field's failure is the whole object's, which stands at `at`."""
        self.fail(replace(failure, instead=(), below=(*failure.instead, *failure.below)), at)

    def fail(self, failure: Failure, at: _At) -> NoReturn:
        path = [*at.path()[:-1], *failure.instead] if failure.instead else at.path()
        place = tuple(key for key in path if isinstance(key, str)) if failure.is_shared else tuple(path)
        if (failure.message, place) not in self._reported:
            self._reported.add((failure.message, place))
            self.report(failure.message, [*path, *failure.below], dict(failure.extensions))
        raise _Nulled

    def misfit(self, expected: str, at: _At) -> NoReturn:
        message = f"A service answered with something that is not {expected}."
        self.report(message, at.path(), {"code": UNAVAILABLE})
        raise _Nulled

    def refuse(self, message: str, at: _At) -> NoReturn:
        self.report(message, at.path(), {})
        raise _Nulled

    def report(self, message: str, path: list[PathKey], extensions: dict[str, Any]) -> None:
        error: _Error = {"message": message, "path": path}
        self.errors.append({**error, "extensions": extensions} if extensions else error)


def _anything(_value: Any) -> bool:
    return True
