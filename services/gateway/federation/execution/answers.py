"""Subgraphs' answers → the merged tree: data where it belongs, and each error where its value is missing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from services.gateway.federation.errors import UNAVAILABLE
from services.gateway.federation.execution.failure import Failure, PathKey, failure_of, place
from services.gateway.federation.execution.merging import Object, lack, merge_into_all
from services.gateway.federation.execution.representations import Batch
from services.gateway.federation.execution.subgraph import SubgraphResponse
from services.gateway.federation.operation.selection import Selections, fields_of
from services.gateway.federation.planning.plan import EntityCall

_MISFIT = {"message": "A service's answer does not fit the request.", "extensions": {"code": UNAVAILABLE}}


_Placed = tuple[tuple[PathKey, ...], Failure]
"""A failure and where it happened, from the object on that it belongs to."""


def add_root(owners: list[Object], selections: Selections, response: SubgraphResponse) -> list[Failure]:
    """Merges root fields into the objects that they belong to; returns the errors that explain no null."""
    errors = [(_path(error), failure_of(error)) for error in response.errors]
    if response.data is None:
        _lack_because(owners, selections, [one for one in errors if one[0]])
        _lack_all(owners, selections, _whole(response))
        return []
    unplaced = list(_place(response.data, selections, errors))
    merge_into_all(owners, response.data)
    _lack_all(owners, selections, _whole(response))
    return unplaced


def add_entities(call: EntityCall, asked: Batch, response: SubgraphResponse) -> list[Failure]:
    """Merges one call's entities into their owners; returns the call's errors that explain no null.

    An owner that was dropped lacks what the call asks, unless that is asked in parts.
    """
    for owner, failure in asked.dropped if not call.parts else ():
        _lack_all([owner], call.selections, failure)
    entities = (response.data or {}).get(call.alias)
    if not isinstance(entities, list) or len(entities) != len(asked.owners):
        _lack_all((owner for owners in asked.owners for owner in owners), call.selections, _whole(response))
        return []
    errors, unplaced = _errors_by_entity(call, len(entities), response)
    for index, (owners, entity) in enumerate(zip(asked.owners, entities, strict=True)):
        unplaced += _add_entity(owners, call.selections, entity, errors[index])
    return unplaced


def _errors_by_entity(
    call: EntityCall, entities: int, response: SubgraphResponse
) -> tuple[dict[int, list[_Placed]], list[Failure]]:
    """And those of the call that name none of them."""
    found: dict[int, list[_Placed]] = defaultdict(list)
    others = []
    for error in response.errors:
        match _path(error):
            case (call.alias, int(index), *below) if 0 <= index < entities:
                found[index].append((tuple(below), failure_of(error)))
            case (call.alias, *_):
                others.append(failure_of(error))
    return found, others


def _add_entity(owners: list[Object], selections: Selections, entity: Any, errors: list[_Placed]) -> Iterable[Failure]:
    """Gives the errors that explain no null."""
    if isinstance(entity, dict):
        places = ((place, failure) for below, failure in errors for place in _places(below, selections))
        unplaced = list(_place(entity, selections, places))
        merge_into_all(owners, entity)
        return unplaced
    if entity is None and errors:
        _lack_because(owners, selections, errors)
        return ()
    _lack_all(owners, selections, None if entity is None else failure_of(_MISFIT))
    return ()


def _places(below: tuple[PathKey, ...], selections: Selections) -> Iterable[tuple[PathKey, ...]]:
    """An error of the object itself is one of all its fields."""
    return [below] if below else [(field.key,) for field in fields_of(selections)]


def errors_of_no_call(calls: Iterable[EntityCall], response: SubgraphResponse) -> list[Failure]:
    """The errors that name none of the calls; none when the request failed as a whole, which every field tells."""
    aliases = {call.alias for call in calls}
    if response.data is None:
        return []
    return [failure_of(error) for error in response.errors if not aliases.intersection(_path(error)[:1])]


def _place(data: Object, selections: Selections, failures: Iterable[_Placed]) -> Iterator[Failure]:
    """Puts each where it belongs in the subgraph's own data; gives those that explain no null there."""
    for path, failure in failures:
        if not place(data, path, failure, selections):
            yield failure


def _lack_all(owners: Iterable[Object], selections: Selections, failure: Failure | None) -> None:
    for owner in owners:
        lack(owner, selections, failure)


def _lack_because(owners: list[Object], selections: Selections, errors: list[_Placed]) -> None:
    """The object did not come because of these errors of some of its fields: all others tell of the first."""
    if not errors:
        return
    failures = [replace(failure, instead=place) for place, failure in errors]
    of_its_own = {one.instead[0]: one for one in reversed(failures) if one.instead}
    for owner in owners:
        for field in fields_of(selections):
            lack(owner, (field,), of_its_own.get(field.key, failures[0]))


def _whole(response: SubgraphResponse) -> Failure:
    """The failure of a request of which nothing came."""
    return replace(failure_of(response.errors[0] if response.errors else _MISFIT), is_shared=True)


def _path(error: dict[str, Any]) -> tuple[PathKey, ...]:
    """Empty also for one that is none: such an error has no place."""
    path = error.get("path")
    return tuple(path) if isinstance(path, list) and all(isinstance(key, str | int) for key in path) else ()
