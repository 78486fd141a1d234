"""Asks the gateway on behalf of a linked person, so that the same field rules and the same freeze hold for them."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
import structlog

from services.bot.reads import LinkedPerson
from services.bot.settings import BotSettings
from shared.auth.keys import KeyFile
from shared.auth.tokens import TokenIssuer
from shared.auth.viewer import Viewer
from shared.clock import SystemClock
from shared.errors import Forbidden, InvalidInput, NivaaError, NotFound, UpstreamUnavailable
from shared.runtime.peers import Peer, PeerResponse

log = structlog.get_logger()

ACTOR = "bot"
PATIENCE_SECONDS = 10.0
TOKEN_LIFETIME = timedelta(minutes=1)
_DOCUMENTS = Path(__file__).with_name("documents")

T = TypeVar("T")


class Answer(msgspec.Struct, frozen=True, rename="camel"):
    """What answers are read into; fields that a document does not name are not needed."""


class _Extensions(msgspec.Struct, frozen=True):
    code: str = ""


class _Error(msgspec.Struct, frozen=True):
    extensions: _Extensions = _Extensions()


class _Response(msgspec.Struct, frozen=True):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[_Error] = []


class Ask(Protocol):
    async def __call__(
        self, person: LinkedPerson, document: str, variables: Mapping[str, object], answer: type[T]
    ) -> T:
        """Does what the document asks for as that person.

        Raises NotFound or Forbidden when the gateway says so, and NotFound when an identifier is none; without a whole
        answer UpstreamUnavailable.
        """


class Gateway:
    """The gateway, asked with a token of a minute that names the person and, as the actor, this service."""

    def __init__(self, peer: Peer, issuer: TokenIssuer, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._peer = peer
        self._issuer = issuer
        self._patience_seconds = patience_seconds

    async def ask(self, person: LinkedPerson, document: str, variables: Mapping[str, object], answer: type[T]) -> T:
        body = msgspec.json.encode({"query": _read(document), "variables": variables})
        response = await self._request(self._headers(person), body)
        try:
            decoded = msgspec.json.decode(response.body, type=_Response)
            codes = {error.extensions.code for error in decoded.errors}
            if not codes:
                return msgspec.json.decode(decoded.data, type=answer)
        except msgspec.MsgspecError as error:
            codes = {str(error)}
        log.warning("gateway did not answer", document=document, status=response.status, codes=sorted(codes))
        raise _refusal(codes)

    async def _request(self, headers: Mapping[str, str], body: bytes) -> PeerResponse:
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await self._peer.request("POST", "/graphql", headers, body)
        except TimeoutError:
            raise UpstreamUnavailable("the gateway takes too long") from None

    def _headers(self, person: LinkedPerson) -> dict[str, str]:
        viewer = Viewer(person.subject, person.role, actor=ACTOR)
        token = self._issuer.mint(viewer, SystemClock().now(), TOKEN_LIFETIME)
        return {"authorization": f"Bearer {token}", "content-type": "application/json"}


def issuer_of(settings: BotSettings, own: TokenIssuer | None) -> TokenIssuer:
    """Signs the bot's tokens for linked people; `own` is ours, where no issuer elsewhere is trusted instead.

    Raises NivaaError where neither has a key.
    """
    if own is not None:
        return own
    if settings.bot_key_file is None:
        raise NivaaError("with NIVAA_JWKS_URL the bot needs NIVAA_BOT_KEY_FILE")
    return TokenIssuer(KeyFile.open(settings.bot_key_file).signing_key, settings.jwt_issuer, settings.jwt_audience)


def _refusal(codes: Collection[str]) -> NotFound | Forbidden | UpstreamUnavailable:
    if {NotFound.code, Forbidden.code, InvalidInput.code}.issuperset(codes):
        return Forbidden("it is not for them") if Forbidden.code in codes else NotFound("it is not there")
    return UpstreamUnavailable("the gateway did not answer")


def _read(document: str) -> str:
    return (_DOCUMENTS / f"{document}.graphql").read_text()
