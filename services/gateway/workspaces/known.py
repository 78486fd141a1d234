"""What the sign-in knows of an identity provider. The one there is stands in `provider.py`: Authlib takes a while to
load, and is loaded where a provider is named."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from starlette.requests import Request

from shared.auth.viewer import Role


class ProviderRefused(Exception):
    """The provider did not say who somebody is, or somebody of whom we know nothing."""


@dataclass(frozen=True, slots=True)
class Known:
    """Who the provider says somebody is; `back` is where they wanted to go."""

    token: str
    role: Role
    until: datetime
    hint: str | None
    back: str


class Provider(Protocol):
    name: str
    origin: str

    async def begin(self, request: Request, back: str) -> tuple[str, dict[str, Any]]:
        """Where to send the browser, and what its answer must match. Raises ProviderRefused."""

    async def finish(self, request: Request, state: dict[str, Any], lifetime: timedelta) -> Known:
        """Raises ProviderRefused."""

    async def way_out(self, request: Request, hint: str | None) -> str | None:
        """The provider's own sign-out, where it has one."""
