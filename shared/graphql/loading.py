"""Rows that are read many at a time, and fields that say which of them they need.

A field that needs what a loader reads says so, and is given it. So the executor (execution.py) knows before it answers
a list what all of its rows need, and reads it in one statement for each loader; no row waits for itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import strawberry
from strawberry.dataloader import DataLoader

from shared.database.row import Row
from shared.graphql.columns import OnRow

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

NEED = "need"
"""Where a resolver says what its field needs."""


class Loader(DataLoader[K, V]):
    """Reads what one field after the other asks for, or at once what a list needs. It lives as long as a request."""

    def __init__(self, read: Callable[[list[K]], Awaitable[Mapping[K, V]]], missing: Any = None) -> None:
        """`missing` is what stands for a key that nothing was found for."""
        super().__init__(load_fn=partial(_in_order, read, missing))
        self.known: dict[K, V] = {}
        self._read = read
        self._missing = missing
        self._reading = asyncio.Lock()

    async def read(self, keys: Collection[K]) -> None:
        """What is not known yet of these is known afterwards. One after the other, so that nothing is read twice."""
        async with self._reading:
            new = [key for key in keys if key not in self.known]
            if new:
                found = await self._read(new)
                self.known.update(dict.fromkeys(new, self._missing))
                self.known.update(found)

    def load(self, key: K) -> Awaitable[V]:
        if key in self.known:
            self.prime(key, self.known[key])
        return super().load(key)

    def clear_all(self) -> None:
        super().clear_all()
        self.known.clear()


async def _in_order(read: Callable[[list[K]], Awaitable[Mapping[K, V]]], missing: Any, keys: list[K]) -> list[V]:
    """No method: a loader that refers to itself would keep its rows until the garbage collector comes."""
    found = await read(keys)
    return [found.get(key, missing) for key in keys]


@dataclass(frozen=True, slots=True)
class Need:
    """`by` is the column that has the key, or what gives it for an object: None when it needs nothing. `made` gives the
    field's value from the object, the info and what was found. `by_key`: of what was found alone."""

    loader: str
    by: str | Callable[[Any], Any]
    made: Callable[[Any, Any, Any], Any]
    by_key: bool = False

    def keys(self, sources: Sequence[Any]) -> list[Any]:
        by = self.by
        return [source.row[by] for source in sources] if isinstance(by, str) else list(map(by, sources))

    async def resolve(self, source: Any, info: Any) -> Any:
        """One field for itself."""
        [key] = self.keys([source])
        if key is None:
            return None
        return self.made(source, info, await getattr(info.context.loaders, self.loader).load(key))


def loaded(loader: str, by: str | Callable[[Any], Any] = "id") -> Callable[[Callable[..., Any]], Any]:
    """A field made by a method that is given the info and what a loader of the context found for the key: a column of
    the object's row, or what a function says of the object. Where the key is None the field is null."""

    def field(made: Callable[..., Any]) -> Any:
        return strawberry.field(resolver=_resolver(Need(loader, by, made)))

    return field


def referred(loader: str, by: str, type_: type[OnRow]) -> Any:
    """A field, annotated with its type, that stands on another row: null where there is none, or none to be seen."""

    def made(_: Any, __: Any, row: Row | None) -> OnRow | None:
        return None if row is None else type_.of(row)

    made.__module__ = type_.__module__
    return strawberry.field(resolver=_resolver(Need(loader, by, made, by_key=True)))


def _resolver(need: Need) -> Callable[..., Any]:
    """As strawberry wants it: a function that names its parameters, and what it returns in the words of its module."""

    async def resolve(self: Any, info: strawberry.Info[Any, None]) -> Any:
        return await need.resolve(self, info)

    resolve.__module__ = need.made.__module__
    resolve.__name__ = need.made.__name__
    resolve.__annotations__ = {"info": strawberry.Info}
    if not need.by_key:
        resolve.__annotations__["return"] = need.made.__annotations__["return"]
    setattr(resolve, NEED, need)
    return resolve
