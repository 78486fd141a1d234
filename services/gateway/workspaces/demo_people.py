"""Whom one can be in the embedded form without a password: its people, and the coordinator."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.gateway.endpoint.operations import Operations
from services.gateway.subgraph_peers import Caller
from services.gateway.workspaces.asking import Answered, ask
from shared.auth.tokens import TokenIssuer
from shared.auth.viewer import Role, Viewer
from shared.errors import NotFound
from shared.ids import id_or_none

COORDINATOR = "coordinator"
"""The subject of a coordinator's tokens: coordinators are no people of the packages service."""
_LOOKING = timedelta(minutes=1)


class DemoPeople:
    """`issuer` signs with the local key, which is there only where no other issuer is named."""

    def __init__(self, operations: Operations, issuer: TokenIssuer, now: Callable[[], datetime]) -> None:
        self._operations = operations
        self._issuer = issuer
        self._now = now

    async def people(self, search: str) -> dict[str, Any]:
        """Raises Refused."""
        return await self._ask("people_to_be", {"search": search or None})

    async def token(self, role: str, person: str, lifetime: timedelta) -> tuple[Role, str]:
        """Raises NotFound for nobody; Refused."""
        viewer = await self._viewer(role, person)
        return viewer.role, self._issuer.mint(viewer, self._now(), lifetime)

    async def _viewer(self, role: str, person: str) -> Viewer:
        if role == Role.COORDINATOR:
            return Viewer(COORDINATOR, Role.COORDINATOR)
        if role in (Role.PARENT, Role.TUTOR) and id_or_none(person):
            found = await self._ask("person_to_be", {"id": person})
            if found[role]:
                return Viewer(person, Role(role))
        raise NotFound("There is nobody like that to be.")

    async def _ask(self, document: str, variables: dict[str, Any]) -> Answered:
        """As the coordinator, who sees everybody."""
        viewer = Viewer(COORDINATOR, Role.COORDINATOR)
        token = self._issuer.mint(viewer, self._now(), _LOOKING)
        return await ask(self._operations, Caller(viewer, f"Bearer {token}"), document, variables)
