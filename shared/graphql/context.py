"""What a resolver knows of the request. Services extend it by their loaders."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from strawberry.types import Info as StrawberryInfo

from shared.auth.viewer import MONEY_READ, Role, Viewer


@dataclass(frozen=True, kw_only=True)
class Context:
    """`frozen` is decided once a request; `currency` and `locale` are the organisation's. `stands` is
    set when the request is a subscription that listens."""

    viewer: Viewer
    frozen: bool
    currency: str
    locale: str
    stands: asyncio.Event = field(default_factory=asyncio.Event)


ContextT = TypeVar("ContextT", bound=Context)
Info: TypeAlias = StrawberryInfo[ContextT, None]


def is_frozen(viewer: Viewer, frozen_workspaces: Collection[Role]) -> bool:
    """Whether the beta freeze hides money from this viewer. A service sees it with money:read, or with no freeze."""
    if viewer.has_scope(MONEY_READ):
        return False
    if viewer.workspace is None:
        return bool(frozen_workspaces)
    return viewer.workspace in frozen_workspaces


def reader_of(viewer: Viewer) -> str:
    """What a link says of the viewer that it was made for, so that the freeze holds for it when it is followed."""
    return MONEY_READ if viewer.has_scope(MONEY_READ) else viewer.role.value


def is_frozen_for(reader: str, frozen_workspaces: Collection[Role]) -> bool:
    """The same as `is_frozen`, of a link; nobody's is frozen where anything is."""
    roles = [role for role in Role if role.value == reader]
    scopes = frozenset({reader})
    return is_frozen(Viewer("", roles[0] if roles else Role.SERVICE, scopes), frozen_workspaces)
