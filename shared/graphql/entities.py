"""What other subgraphs refer to, by its key: one at a time, or as many as the gateway asks for in one hop."""

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar, Self
from uuid import UUID

import strawberry

from shared.errors import InvalidInput
from shared.graphql.columns import OnRow
from shared.graphql.loading import Loader
from shared.ids import parse_id

Representation = dict[str, Any]


def id_of(stub: Any) -> UUID:
    """Of a type that has only what others know of it: its id."""
    return UUID(stub.id)


class Entity(OnRow):
    """A type on a row that a loader of the context reads by its id."""

    _loader: ClassVar[str]

    def __init_subclass__(cls, loader: str = "") -> None:
        super().__init_subclass__()
        cls._loader = loader or cls._loader

    @classmethod
    async def resolve_reference(cls, info: Any, id: strawberry.ID, **_: Any) -> Self | None:  # noqa: A002
        row = await cls.loader_of(info).load(parse_id(id))
        return None if row is None else cls.of(row)

    @classmethod
    def loader_of(cls, info: Any) -> Loader[UUID, Any]:
        loader: Loader[UUID, Any] = getattr(info.context.loaders, cls._loader)
        return loader


async def entities(info: Any, wanted: Sequence[tuple[type[Entity], Representation]]) -> list[Any]:
    """What references stand for, in their order, with one read for each loader. An exception stands for one's error."""
    keys = [_key(representation) for _, representation in wanted]
    by_loader: dict[Loader[UUID, Any], list[UUID]] = {}
    for (type_, _), key in zip(wanted, keys, strict=True):
        if isinstance(key, UUID):
            by_loader.setdefault(type_.loader_of(info), []).append(key)
    failures = await asyncio.gather(*(_read(loader, some) for loader, some in by_loader.items()))
    failed = dict(zip(by_loader, failures, strict=True))
    return [_found(type_, key, info, failed) for (type_, _), key in zip(wanted, keys, strict=True)]


async def _read(loader: Loader[UUID, Any], keys: list[UUID]) -> Exception | None:
    try:
        await loader.read(keys)
    except Exception as error:  # noqa: BLE001 -- it is told where the entities would be
        return error
    return None


def _found(
    type_: type[Entity], key: UUID | InvalidInput, info: Any, failed: dict[Loader[UUID, Any], Exception | None]
) -> Any:
    if isinstance(key, InvalidInput):
        return key
    loader = type_.loader_of(info)
    if failure := failed[loader]:
        return failure
    row = loader.known[key]
    return None if row is None else type_.of(row)


def _key(representation: Representation) -> UUID | InvalidInput:
    try:
        return parse_id(str(representation.get("id")))
    except InvalidInput as refusal:
        return refusal
