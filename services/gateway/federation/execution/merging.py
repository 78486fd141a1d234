"""The merged answer: a tree of dicts and lists that fetches add to."""

from collections.abc import Iterator
from typing import Any

from services.gateway.federation.operation.selection import Field, Selections
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
        if known is None or not isinstance(known, dict | list):
            target[key] = value
        else:
            _merge_values(known, value)


def _merge_values(known: Any, value: Any) -> None:
    if isinstance(known, dict) and isinstance(value, dict):
        merge_into(known, value)
    elif isinstance(known, list) and isinstance(value, list):
        for ours, theirs in zip(known, value, strict=False):
            _merge_values(ours, theirs)


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


def keys_of(selections: Selections) -> Iterator[str]:
    """The response keys that the selections would fill."""
    for one in selections:
        if isinstance(one, Field):
            yield one.key
        else:
            yield from keys_of(one.selections)
