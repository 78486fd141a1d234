"""Asks a service as a client would: over its ASGI app, with a real token."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from shared.auth.viewer import Role, Viewer
from shared.contracts import Contract
from shared.messaging.envelope import Event
from shared.runtime.host import Host
from shared.runtime.peers import InProcessPeer

COORDINATOR = Viewer(str(uuid4()), Role.COORDINATOR)


class Refused(AssertionError):
    """An answer with errors where data was expected."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(json.dumps(errors, indent=2))
        self.errors = errors

    @property
    def code(self) -> str:
        code: str = self.errors[0]["extensions"]["code"]
        return code


@dataclass
class Asker:
    """`viewer` is who asks unless a call says otherwise."""

    host: Host
    viewer: Viewer = field(default=COORDINATOR)

    async def ask(self, service: str, query: str, viewer: Viewer | None = None, **variables: Any) -> dict[str, Any]:
        """The data of a GraphQL answer; raises Refused when it has errors."""
        answer = await self.answer(service, query, viewer, **variables)
        if answer.get("errors"):
            raise Refused(answer["errors"])
        data: dict[str, Any] = answer["data"]
        return data

    async def answer(self, service: str, query: str, viewer: Viewer | None = None, **variables: Any) -> dict[str, Any]:
        """The whole GraphQL answer."""
        body = json.dumps({"query": query, "variables": variables}, default=str).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token(viewer)}"}
        response = await InProcessPeer(service, self.host.apps.__getitem__).request("POST", "/graphql", headers, body)
        answer: dict[str, Any] = json.loads(response.body)
        return answer

    def token(self, viewer: Viewer | None = None) -> str:
        assert self.host.token_issuer is not None
        return self.host.token_issuer.mint(viewer or self.viewer, datetime.now(UTC), timedelta(hours=1))

    async def publish(self, *facts: Contract) -> None:
        """Puts facts on the broker as another service's relay would; returns when they have taken effect."""
        await self.host.broker.publish([Event.about(fact, self.host.clock.now()) for fact in facts])
