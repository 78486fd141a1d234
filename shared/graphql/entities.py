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
    loaders = {type_: type_.loader_of(info) for type_ in {type_ for type_, _ in wanted}}
    keyed = [(type_, loaders[type_], _key(representation)) for type_, representation in wanted]
    keys: dict[Loader[UUID, Any], list[UUID]] = {loader: [] for loader in loaders.values()}
    for _, loader, key in keyed:
        if isinstance(key, UUID):
            keys[loader].append(key)
    failures = await asyncio.gather(*(_read(loader, some) for loader, some in keys.items()))
    failed = dict(zip(keys, failures, strict=True))
    return [_found(type_, loader, key, failed[loader]) for type_, loader, key in keyed]


async def _read(loader: Loader[UUID, Any], keys: list[UUID]) -> Exception | None:
    try:
        await loader.read(keys)
    except Exception as error:  # noqa: BLE001 -- it is told where the entities would be
        return error
    return None


def _found(
    type_: type[Entity], loader: Loader[UUID, Any], key: UUID | InvalidInput, failure: Exception | None
) -> Entity | Exception | None:
    if isinstance(key, InvalidInput):
        return key
    if failure:
        return failure
    row = loader.known[key]
    return None if row is None else type_.of(row)


def _key(representation: Representation) -> UUID | InvalidInput:
    try:
        return parse_id(str(representation.get("id")))
    except InvalidInput as refusal:
        return refusal
