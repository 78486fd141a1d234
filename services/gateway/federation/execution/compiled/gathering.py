"""Paths → functions that find the objects there: one call into C for each step, wherever no null may be in between."""

from collections.abc import Callable, Iterable
from itertools import chain
from operator import attrgetter
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLOutputType

from services.gateway.federation.execution.compiled.shapes import NotCompiled, ObjectShape
from services.gateway.federation.execution.compiled.structs import attribute
from services.gateway.federation.planning.plan import Path

Objects = list[Any]
Gather = Callable[[Objects], Objects]


def gathering(root: ObjectShape, path: Path) -> Gather:
    """From the root to the objects at the path, in order; nulls are left out."""
    steps, shape = [], root
    for step in path:
        field = shape.fields[step.key]
        if field.below is None:
            raise NotCompiled("a path into a leaf")
        steps.append(_step(attribute(step.key), field.type))
        shape = field.below
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


def _flattening(type_: GraphQLOutputType) -> Callable[[Iterable[Any]], Objects]:
    """Values of a type → the objects in them."""
    if not isinstance(type_, GraphQLNonNull):
        inner = _flattening(GraphQLNonNull(type_))
        return lambda values: inner(value for value in values if value is not None)
    if isinstance(type_.of_type, GraphQLList):
        flatten = _flattening(type_.of_type.of_type)
        return lambda values: flatten(chain.from_iterable(values))
    return list
