"""Chance, by which worlds and operations are made up."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Called with a share, it says yes that often."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - to make things up

    def __call__(self, share: float) -> bool:
        return self._random.random() < share

    def number(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def one(self, choices: Sequence[T]) -> T:
        return self._random.choice(choices)

    def some(self, choices: Sequence[T], least: int = 1, most: int | None = None) -> tuple[T, ...]:
        """Some of them, in their order."""
        count = self._random.randint(min(least, len(choices)), min(most or len(choices), len(choices)))
        kept = sorted(self._random.sample(range(len(choices)), count))
        return tuple(choices[index] for index in kept)

    def any_order(self, choices: Sequence[T], least: int, most: int) -> list[T]:
        return self._random.sample(choices, min(self._random.randint(least, most), len(choices)))
