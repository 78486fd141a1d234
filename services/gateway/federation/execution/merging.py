"""The merged answer: a tree of dicts and lists that fetches add to."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from services.gateway.federation.execution.failure import Failure
from services.gateway.federation.operation.selection import Selections, fields_of
from services.gateway.federation.planning.plan import Path

Object = dict[str, Any]


def gather(data: Object, path: Path) -> list[Object]:
    """The objects at the path, in order; nulls, failures and objects of other types are left out."""
    objects = [data]
    for step in path:
        found = (one for parent in objects for one in _objects_in(parent.get(step.key)))
        objects = [one for one in found if step.on is None or one.get("__typename") == step.on]
    return objects


def _objects_in(value: Any) -> Iterator[Object]:
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _objects_in(item)


def merge_into(target: Object, source: Object) -> None:
    """Adds what the source has, objects into objects. The source becomes part of the target."""
    for key, value in source.items():
        known = target.get(key)
        if isinstance(known, dict | list):
            _merge_values(known, value)
        elif isinstance(known, Failure) and isinstance(value, Failure):
            target[key] = replace(known, lacks=(*known.lacks, *value.lacks))
        else:
            target[key] = value
            if isinstance(known, Failure):
                _lack_part(value, known)


def _merge_values(known: Any, value: Any) -> None:
    if isinstance(value, Failure):
        _lack_part(known, value)
    elif isinstance(known, dict) and isinstance(value, dict):
        merge_into(known, value)
    elif isinstance(known, list) and isinstance(value, list):
        for ours, theirs in zip(known, value, strict=False):
            _merge_values(ours, theirs)


def lack(owner: Object, selections: Selections, failure: Failure | None) -> None:
    """The fields did not come. What another fetch has brought stays; of an object of which it has brought a part, the
    other parts did not come."""
    for field in fields_of(selections):
        if field.key not in owner:
            owner[field.key] = replace(failure, lacks=field.selections) if failure and field.selections else failure
        elif failure:
            _lack_within(owner[field.key], field.selections, failure)


def _lack_part(value: Any, failure: Failure) -> None:
    """Of an object that failed in one subgraph and that another has brought."""
    beside = replace(failure, below=(), instead=failure.below if isinstance(value, dict) else (), lacks=())
    for one in _objects_in(value):
        lack(one, failure.lacks, beside)


def _lack_within(value: Any, selections: Selections, failure: Failure) -> None:
    inner = replace(failure, instead=()) if failure.instead else failure
    for one in _objects_in(value):
        lack(one, selections, inner)


def copied(value: Any) -> Any:
    """One answer may be merged into many objects, which then go separate ways."""
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [copied(inner) for inner in value]
    return value


def merge_into_all(targets: list[Object], source: Object) -> None:
    """Merges the source into every target; they share nothing that can change."""
    for target in targets[1:]:
        merge_into(target, copied(source))
    for target in targets[:1]:
        merge_into(target, source)
