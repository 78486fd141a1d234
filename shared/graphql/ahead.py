"""What a list's rows refer to is read before the rows are answered, so that no row has to wait for itself."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from graphql import FieldNode, FragmentSpreadNode, GraphQLResolveInfo, InlineFragmentNode, SelectionSetNode
from strawberry.dataloader import DataLoader

from shared.database.database import Row

T = TypeVar("T")
References = Mapping[str, tuple[str, str]]
"""By a field's name, the loader that reads what it refers to, and the row's column that names it."""


async def read_ahead_of(info: Any, references: References, rows: Sequence[Row]) -> None:
    """For the fields that the operation asks of a connection's nodes. `info.context.loaders` has the loaders."""
    asked = references.keys() & set(_asked_of_nodes(info._raw_info))  # noqa: SLF001 -- the parsed operation is there
    found = [references[name] for name in sorted(asked)]
    loaders = info.context.loaders
    await asyncio.gather(*(_load(getattr(loaders, loader), column, rows) for loader, column in found))


async def _load(loader: DataLoader[Any, Any], column: str, rows: Sequence[Row]) -> None:
    await loader.load_many(dict.fromkeys(row[column] for row in rows if row[column] is not None))


def referred(loader: DataLoader[Any, Row | None], key: Any, node: Callable[[Row], T]) -> T | None:
    """The node of a row that was read ahead; None when there is no such row. Of one that was not, a promise, which
    whoever calls the resolver waits for."""
    loading: Any = loader.load(key)
    if isinstance(loading, asyncio.Future) and loading.done():
        row = loading.result()
        return None if row is None else node(row)
    return cast("T | None", _promised(loading, node))


async def _promised(loading: Any, node: Callable[[Row], T]) -> T | None:
    row = await loading
    return None if row is None else node(row)


def _asked_of_nodes(info: GraphQLResolveInfo[Any]) -> Iterable[str]:
    """Perhaps more than will be asked: what is skipped is not looked at."""
    for asked in info.field_nodes:
        for of_connection in _fields(info, asked.selection_set):
            if of_connection.name.value == "nodes":
                yield from _names(info, of_connection.selection_set)
            elif of_connection.name.value == "edges":
                for of_edge in _fields(info, of_connection.selection_set):
                    yield from _names(info, of_edge.selection_set)


def _names(info: GraphQLResolveInfo[Any], selected: SelectionSetNode | None) -> Iterable[str]:
    return (field.name.value for field in _fields(info, selected))


def _fields(info: GraphQLResolveInfo[Any], selected: SelectionSetNode | None) -> Iterable[FieldNode]:
    for node in selected.selections if selected else ():
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, FragmentSpreadNode):
            yield from _fields(info, info.fragments[node.name.value].selection_set)
        elif isinstance(node, InlineFragmentNode):
            yield from _fields(info, node.selection_set)
