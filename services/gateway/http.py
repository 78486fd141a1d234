"""What the gateway passes on besides GraphQL."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from services.gateway.endpoint.admission import Admission
from services.gateway.endpoint.asked import body_of
from shared.errors import UpstreamUnavailable
from shared.http import refusal_response
from shared.runtime.peers import Peer, PeerStream

RUN_MONTHLY = "/billing/run-monthly"
INVOICE_EXPORTS = "/billing/invoices/{name}"
TELEGRAM_WEBHOOK = "/telegram/webhook"
_SENT_ON = ("authorization", "content-type", "idempotency-key", "x-telegram-bot-api-secret-token")
_SENT_BACK = (
    *("content-type", "www-authenticate", "retry-after"),
    *("content-disposition", "cache-control", "x-content-type-options"),
)


def run_monthly_route(billing: Peer, admission: Admission, most_bytes: int) -> Route:
    """Billing answers, gate and all; its status and body come back as they are."""

    async def run_monthly(request: Request) -> Response:
        await admission.admit(request)
        return await _posted(billing, RUN_MONTHLY, request, most_bytes)

    return Route(RUN_MONTHLY, run_monthly, methods=["POST"])


def telegram_webhook_route(bot: Peer, most_bytes: int) -> Route:
    """The bot answers, and asks for the secret that Telegram shows. Telegram is not counted as a stranger: all of its
    chats come from the same few addresses."""

    async def receive(request: Request) -> Response:
        return await _posted(bot, TELEGRAM_WEBHOOK, request, most_bytes)

    return Route(TELEGRAM_WEBHOOK, receive, methods=["POST"])


async def _posted(peer: Peer, path: str, request: Request, most_bytes: int) -> Response:
    answer = await peer.request("POST", path, _sent_on(request), await body_of(request, most_bytes))
    return Response(answer.body, answer.status, _sent_back(answer.headers))


def invoice_exports_route(invoicing: Peer, admission: Admission) -> Route:
    """Invoicing answers, gate and all; what it streams comes through as it is read."""

    async def export(request: Request) -> Response:
        await admission.admit(request)
        name = quote(request.path_params["name"], safe="")
        return PassedOn(invoicing, INVOICE_EXPORTS.format(name=name), _sent_on(request))

    return Route(INVOICE_EXPORTS, export, methods=["GET"])


class PassedOn(Response):
    """A peer's answer while it comes. One that breaks off breaks off here too, and never looks whole."""

    def __init__(self, peer: Peer, path: str, headers: Mapping[str, str]) -> None:
        super().__init__()
        self._ask = partial(peer.stream, "GET", path, headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            try:
                answer = await stack.enter_async_context(self._ask())
            except UpstreamUnavailable as refusal:
                await refusal_response(refusal)(scope, receive, send)
            else:
                await (await self.respond(answer))(scope, receive, send)

    async def respond(self, answer: PeerStream) -> Response:
        return StreamingResponse(answer.chunks, answer.status, _sent_back(answer.headers))


def _sent_on(request: Request) -> dict[str, str]:
    return {name: request.headers[name] for name in _SENT_ON if name in request.headers}


def _sent_back(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in _SENT_BACK if name in headers}
