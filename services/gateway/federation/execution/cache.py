"""A bounded cache: what was used least recently goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class BoundedCache(Generic[Key, Value]):
    """Holds at most `capacity` values, and no more than weigh `most_weight` together: by their keys, if at all."""

    def __init__(self, capacity: int, weigh: Callable[[Key], int] = lambda _: 0, most_weight: int = 0) -> None:
        self._capacity = capacity
        self._weigh = weigh
        self._most_weight = most_weight
        self._weight = 0
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value under the key; made, and kept if that may be, when there is none."""
        known = self._values.get(key)
        if known is not None:
            self._values.move_to_end(key)
            return known
        weight = self._weigh(key)
        if weight > self._most_weight:
            return make()
        value = self._values[key] = make()
        self._weight += weight
        while len(self._values) > self._capacity or self._weight > self._most_weight:
            forgotten, _ = self._values.popitem(last=False)
            self._weight -= self._weigh(forgotten)
        return value

    def __len__(self) -> int:
        return len(self._values)
