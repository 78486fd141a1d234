"""A failure stands in the merged answer exactly where its value is missing.

Completion finds it there, so the client's path, the null propagation and the one place per error come by themselves:
also for `_entities` errors, whose own paths mean nothing to the client, and for entities that appear in many places.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.gateway.federation.operation.selection import Selections, fields_of

PathKey = str | int


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """`below` is where it happened underneath, when the subgraph's null went up further than the error.

    `instead` is where it happened beside, from the object on, when that null took all that was asked of the object:
    each of its fields has the failure, which is reported once. `is_shared` marks the failure of a whole fetch: it is
    reported once per field, not once per object. `lacks` is what was asked of the object that it stands for: when
    another subgraph brings that after all, its part is still missing.
    """

    message: str
    extensions: Mapping[str, Any] = field(default_factory=dict)
    below: tuple[PathKey, ...] = ()
    instead: tuple[PathKey, ...] = ()
    is_shared: bool = False
    lacks: Selections = ()


def failure_of(error: Mapping[str, Any]) -> Failure:
    """A subgraph's error, with its extensions (the code among them)."""
    extensions = error.get("extensions")
    return Failure(str(error.get("message", "")), extensions if isinstance(extensions, dict) else {})


def place(container: Any, path: tuple[PathKey, ...], failure: Failure, asked: Selections) -> bool:
    """Puts the failure at the first null on the path; False when there is a value all the way.

    Of several failures that one null hides the first is told.
    """
    for depth, key in enumerate(path):
        if not _has_room(container, key):
            return False
        asked = asked if isinstance(key, int) else _below(asked, key)
        value = _at(container, key)
        if isinstance(value, Failure):
            return True
        if value is None:
            container[key] = replace(failure, below=path[depth + 1 :], lacks=asked)
            return True
        container = value
    return False


def _below(selections: Selections, key: str) -> Selections:
    """What is asked of the field, whatever type it is for."""
    return tuple(one for field in fields_of(selections) if field.key == key for one in field.selections)


def _has_room(container: Any, key: PathKey) -> bool:
    if isinstance(container, list):
        return isinstance(key, int) and 0 <= key < len(container)
    return isinstance(container, dict) and isinstance(key, str)


def _at(container: Any, key: PathKey) -> Any:
    return container.get(key) if isinstance(container, dict) else container[key]
