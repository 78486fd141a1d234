"""Paths → functions that find the objects there: one call into C for each step, wherever no null may be in between."""

from collections.abc import Callable, Iterable
from itertools import chain
from operator import attrgetter
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLOutputType, get_nullable_type
from msgspec import Struct

from services.gateway.federation.execution.compiled.shapes import ObjectShape
from services.gateway.federation.execution.compiled.structs import Structs, attribute
from services.gateway.federation.planning.plan import Path

Objects = list[Any]
Gather = Callable[[Objects], Objects]


def gathering(root: ObjectShape, path: Path, structs: Structs) -> Gather:
    """From the root to the objects at the path, in order; nulls and objects of other types are left out."""
    steps, shape = [], root
    for step in path:
        field = shape.fields[step.key]
        shape = field.of_type(step.on)
        steps.append(_step(attribute(step.key), field.type))
        if field.is_of_several_types:
            steps.append(_only(structs.whole(shape)))
    return _all(steps)


def _all(steps: list[Gather]) -> Gather:
    def gather(objects: Objects) -> Objects:
        for step in steps:
            objects = step(objects)
        return objects

    return gather


def _step(name: str, type_: GraphQLOutputType) -> Gather:
    get = attrgetter(name)
    flatten = _flattening(type_)

    def step(objects: Objects) -> Objects:
        return flatten(map(get, objects))

    return step


def _only(kind: type[Struct]) -> Gather:
    return lambda objects: [one for one in objects if type(one) is kind]


def _flattening(type_: GraphQLOutputType) -> Callable[[Iterable[Any]], Objects]:
    """Values of a type → the objects in them."""
    if not isinstance(type_, GraphQLNonNull):
        inner = _flattening(GraphQLNonNull(type_))
        return lambda values: inner(value for value in values if value is not None)
    if isinstance(type_.of_type, GraphQLList):
        flatten = _flattening(type_.of_type.of_type)
        return lambda values: flatten(chain.from_iterable(values))
    return list


def over(type_: GraphQLOutputType, convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of single values → one of values of the type. Nulls stay, lists become tuples."""
    present = get_nullable_type(type_)
    if not isinstance(present, GraphQLList):
        return lambda value: None if value is None else convert(value)
    inner = over(present.of_type, convert)
    return lambda values: None if values is None else tuple(map(inner, values))
