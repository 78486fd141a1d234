"""Asking the gateway, as every client does."""

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

from shared import event_stream
from shared.errors import NivaaError
from shared.runtime.peers import Peer


class Refused(NivaaError):
    """The gateway answered with errors."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(error["message"] for error in errors))
        self.errors = errors

    @property
    def code(self) -> str:
        code: str = self.errors[0].get("extensions", {}).get("code", "INTERNAL")
        return code


@dataclass(frozen=True, slots=True)
class Gateway:
    peer: Peer
    token: str

    async def ask(self, document: str, **variables: object) -> dict[str, Any]:
        """The data of the answer. Raises Refused when it has errors."""
        response = await self.peer.request("POST", "/graphql", self._headers(), _body(document, variables))
        return _data(response.body)

    async def follow(self, document: str, **variables: object) -> AsyncGenerator[dict[str, Any], None]:
        """The data of each event of a subscription, until it is complete. Raises Refused at one with errors."""
        headers = {**self._headers(), "Accept": event_stream.MEDIA_TYPE}
        async with self.peer.stream("POST", "/graphql", headers, _body(document, variables)) as answer:
            if not event_stream.is_one(answer.headers):
                _data(b"".join([chunk async for chunk in answer.chunks]))
            async for event in event_stream.events_of(answer.chunks):
                if event.name == "complete":
                    return
                yield _data(event.data)

    def _headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}


def _body(document: str, variables: Mapping[str, object]) -> bytes:
    return json.dumps({"query": document, "variables": variables}).encode()


def _data(answer: bytes | str) -> dict[str, Any]:
    read = json.loads(answer)
    if read.get("errors"):
        raise Refused(read["errors"])
    data: dict[str, Any] = read["data"]
    return data
