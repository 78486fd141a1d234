"""Asks the gateway on behalf of a linked person, so that the same field rules and the same freeze hold for them."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec
import structlog

from services.bot.reads import LinkedPerson
from shared.auth.tokens import TokenIssuer
from shared.auth.viewer import Viewer
from shared.clock import SystemClock
from shared.errors import UpstreamUnavailable
from shared.runtime.peers import Peer, PeerResponse

log = structlog.get_logger()

ACTOR = "bot"
ANSWER_TIMEOUT_SECONDS = 10
TOKEN_LIFETIME = timedelta(minutes=1)
_DOCUMENTS = Path(__file__).with_name("documents")

T = TypeVar("T")


class Answer(msgspec.Struct, frozen=True, rename="camel"):
    """What answers are read into; fields that a document does not name are not needed."""


class _Response(msgspec.Struct, frozen=True):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[dict[str, Any]] = []


class Ask(Protocol):
    async def __call__(
        self, person: LinkedPerson, document: str, variables: Mapping[str, object], answer: type[T]
    ) -> T:
        """Reads what the document asks for as that person. Raises UpstreamUnavailable without a whole answer."""


class Gateway:
    """The gateway, asked with a token of a minute that names the person and, as the actor, this service."""

    def __init__(self, peer: Peer, issuer: TokenIssuer) -> None:
        self._peer = peer
        self._issuer = issuer

    async def ask(self, person: LinkedPerson, document: str, variables: Mapping[str, object], answer: type[T]) -> T:
        body = msgspec.json.encode({"query": _read(document), "variables": variables})
        response = await self._request(self._headers(person), body)
        try:
            decoded = msgspec.json.decode(response.body, type=_Response)
            if not decoded.errors:
                return msgspec.json.decode(decoded.data, type=answer)
            errors = [error.get("extensions", {}).get("code") for error in decoded.errors]
        except msgspec.MsgspecError as error:
            errors = [str(error)]
        log.warning("gateway did not answer", document=document, status=response.status, errors=errors)
        raise UpstreamUnavailable("the gateway did not answer")

    async def _request(self, headers: Mapping[str, str], body: bytes) -> PeerResponse:
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_SECONDS):
                return await self._peer.request("POST", "/graphql", headers, body)
        except TimeoutError:
            raise UpstreamUnavailable("the gateway takes too long") from None

    def _headers(self, person: LinkedPerson) -> dict[str, str]:
        viewer = Viewer(person.subject, person.role, actor=ACTOR)
        token = self._issuer.mint(viewer, SystemClock().now(), TOKEN_LIFETIME)
        return {"authorization": f"Bearer {token}", "content-type": "application/json"}


def _read(document: str) -> str:
    return (_DOCUMENTS / f"{document}.graphql").read_text()
