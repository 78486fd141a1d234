"""What is sent to `_entities`: representations, each distinct one once."""

from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from services.gateway.federation.execution.failure import Failure
from services.gateway.federation.execution.merging import Object, gather
from services.gateway.federation.planning.plan import EntityCall, Need


@dataclass(slots=True)
class Batch:
    """`owners[i]` are the objects that representation i stands for; `dropped` are those that have none, and why."""

    representations: list[Object] = field(default_factory=list)
    owners: list[list[Object]] = field(default_factory=list)
    dropped: list[tuple[Object, Failure | None]] = field(default_factory=list)


class _Unrepresentable(Exception):
    def __init__(self, failure: Failure | None) -> None:
        super().__init__()
        self.failure = failure


def batch(data: Object, call: EntityCall, among: Container[int] | None = None) -> Batch:
    """The call's representations, in the order in which the answer mentions them.

    `among` are the objects, by their identities, that are in question; otherwise all are.
    """
    found = Batch()
    index_of: dict[bytes, int] = {}
    for target in call.targets:
        for owner in gather(data, target.path):
            if among is not None and id(owner) not in among:
                continue
            try:
                representation = {"__typename": call.type_name, **_represent(owner, target.needs)}
            except _Unrepresentable as reason:
                found.dropped.append((owner, reason.failure))
            else:
                _add(found, index_of, representation, owner)
    return found


def _add(found: Batch, index_of: dict[bytes, int], representation: Object, owner: Object) -> None:
    text = msgspec.json.encode(representation)
    index = index_of.setdefault(text, len(index_of))
    if index == len(found.representations):
        found.representations.append(representation)
        found.owners.append([])
    found.owners[index].append(owner)


def _represent(source: Object, needs: tuple[Need, ...]) -> Object:
    represented: Object = {}
    for need in needs:
        if need.on is None or source.get("__typename") == need.on:
            represented[need.name] = _value(source, need)
    return represented


def _value(source: Object, need: Need) -> Any:
    value = source.get(need.key)
    if value is None and (need.is_key or need.key not in source):
        raise _Unrepresentable(None)
    return _inner(value, need)


def _inner(value: Any, need: Need) -> Any:
    if isinstance(value, Failure):
        # Where it happened is told from the object on that failed, and this is another one's reason.
        raise _Unrepresentable(replace(value, instead=(), below=(), lacks=()))
    if isinstance(value, list):
        return [_inner(item, need) for item in value]
    if not isinstance(value, dict) or not need.needs:
        return value
    typename = {"__typename": value.get("__typename")} if need.with_typename else {}
    return {**typename, **_represent(value, need.needs)}
