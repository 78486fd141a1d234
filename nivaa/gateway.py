"""Asking the gateway, as every client does."""

import json
from dataclasses import dataclass
from typing import Any

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
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        body = json.dumps({"query": document, "variables": variables}).encode()
        response = await self.peer.request("POST", "/graphql", headers, body)
        answer = json.loads(response.body)
        if answer.get("errors"):
            raise Refused(answer["errors"])
        data: dict[str, Any] = answer["data"]
        return data
