"""Subgraphs' answers → the merged tree: data where it belongs, and each error where its value is missing."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from services.gateway.federation.errors import UNAVAILABLE
from services.gateway.federation.execution.failure import Failure, PathKey, failure_of, place
from services.gateway.federation.execution.merging import Object, keys_of, merge_into_all
from services.gateway.federation.execution.representations import Batch
from services.gateway.federation.execution.subgraph import SubgraphResponse
from services.gateway.federation.operation.selection import Selections
from services.gateway.federation.planning.plan import EntityCall

_MISFIT = {"message": "A service's answer does not fit the request.", "extensions": {"code": UNAVAILABLE}}


def add_root(owners: list[Object], selections: Selections, response: SubgraphResponse) -> list[Failure]:
    """Merges root fields into the objects that they belong to; returns the errors that explain no null."""
    merge_into_all(owners, response.data or {})
    unplaced = list(_place(owners, ((_path(error), failure_of(error)) for error in response.errors)))
    _lack_all(owners, selections, _whole(response))
    return [] if response.data is None else unplaced


def add_entities(call: EntityCall, asked: Batch, response: SubgraphResponse) -> list[Failure]:
    """Merges one call's entities into their owners; returns the call's errors that explain no null."""
    for owner, failure in asked.dropped:
        _lack_all([owner], call.selections, failure)
    entities = (response.data or {}).get(call.alias)
    if not isinstance(entities, list) or len(entities) != len(asked.owners):
        _lack_all((owner for owners in asked.owners for owner in owners), call.selections, _whole(response))
        return []
    for owners, entity in zip(asked.owners, entities, strict=True):
        _add_entity(owners, call.selections, entity)
    return list(_place_entity_errors(call, asked, response))


def _add_entity(owners: list[Object], selections: Selections, entity: Any) -> None:
    if isinstance(entity, dict):
        merge_into_all(owners, entity)
        return
    _lack_all(owners, selections, None if entity is None else failure_of(_MISFIT))


def errors_of_no_call(calls: Iterable[EntityCall], response: SubgraphResponse) -> list[Failure]:
    """The errors that name none of the calls; none when the request failed as a whole, which every field tells."""
    aliases = {call.alias for call in calls}
    if response.data is None:
        return []
    return [failure_of(error) for error in response.errors if not aliases.intersection(_path(error)[:1])]


def _place_entity_errors(call: EntityCall, asked: Batch, response: SubgraphResponse) -> Iterator[Failure]:
    for error in response.errors:
        match _path(error):
            case (call.alias, int(index), *below) if 0 <= index < len(asked.owners):
                places = [tuple(below)] if below else [(key,) for key in keys_of(call.selections)]
                yield from _place(asked.owners[index], ((path, failure_of(error)) for path in places))
            case (call.alias, *_):
                yield failure_of(error)


def _place(owners: list[Object], failures: Iterable[tuple[tuple[PathKey, ...], Failure]]) -> Iterator[Failure]:
    for path, failure in failures:
        placed = [place(owner, path, failure) for owner in owners]
        if not any(placed):
            yield failure


def _lack_all(owners: Iterable[Object], selections: Selections, failure: Failure | None) -> None:
    """The fields did not come. What another fetch has brought already stays."""
    for owner in owners:
        for key in keys_of(selections):
            owner.setdefault(key, failure)


def _whole(response: SubgraphResponse) -> Failure:
    """The failure of a request of which nothing came."""
    return replace(failure_of(response.errors[0] if response.errors else _MISFIT), is_shared=True)


def _path(error: dict[str, Any]) -> tuple[PathKey, ...]:
    """Empty also for one that is none: such an error has no place."""
    path = error.get("path")
    return tuple(path) if isinstance(path, list) and all(isinstance(key, str | int) for key in path) else ()
