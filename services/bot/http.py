"""`POST /telegram/webhook`: where Telegram sends its updates, with the secret that it was given."""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

import msgspec
import structlog
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.bot.use_cases.take_updates import StoredUpdate
from shared.database.outage import refusal_for
from shared.errors import InvalidInput, TooComplex, Unauthenticated
from shared.http import fault_response, refusal_response

log = structlog.get_logger()

WEBHOOK = "/telegram/webhook"
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105
MOST_BYTES = 1_000_000

Store = Callable[[Sequence[StoredUpdate]], Awaitable[None]]


Bigint = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class _Someone(msgspec.Struct, frozen=True):
    id: Bigint


class _Message(msgspec.Struct, frozen=True):
    chat: _Someone


class _CallbackQuery(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    sender: _Someone


class _Update(msgspec.Struct, frozen=True):
    """As much of it as says whose it is."""

    update_id: Bigint
    message: _Message | None = None
    callback_query: _CallbackQuery | None = None

    @property
    def chat_id(self) -> int:
        if self.message:
            return self.message.chat.id
        return self.callback_query.sender.id if self.callback_query else 0


def webhook_route(secret: SecretStr, store: Store) -> Route:
    """Answers as soon as an update is stored; without the secret nothing is read."""

    async def receive(request: Request) -> Response:
        try:
            _require(secret, request)
            body = await _body_of(request)
            update = _parsed(body)
            await store([StoredUpdate(update.update_id, update.chat_id, body.decode())])
        except Exception as error:
            if refusal := refusal_for(error):
                return refusal_response(refusal)
            log.exception("request failed")
            return fault_response()
        return Response()

    return Route(WEBHOOK, receive, methods=["POST"])


def _require(secret: SecretStr, request: Request) -> None:
    given = request.headers.get(SECRET_HEADER, "")
    if not hmac.compare_digest(given.encode(), secret.get_secret_value().encode()):
        raise Unauthenticated("this is for Telegram")


async def _body_of(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise TooComplex(f"an update has {MOST_BYTES} bytes at most")
    return bytes(body)


def _parsed(body: bytes) -> _Update:
    try:
        return msgspec.json.decode(body, type=_Update)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidInput(f"the body is no update: {error}") from None
