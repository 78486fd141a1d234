"""What the gateway passes on besides GraphQL."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.gateway.endpoint.asked import BadRequest, body_of
from shared.errors import TooComplex, UpstreamUnavailable
from shared.http import refusal_response
from shared.runtime.peers import Peer

RUN_MONTHLY = "/billing/run-monthly"
_SENT_ON = ("authorization", "content-type", "idempotency-key")
_SENT_BACK = ("content-type", "www-authenticate", "retry-after")


def run_monthly_route(billing: Peer, most_bytes: int) -> Route:
    """Billing answers, gate and all; its status and body come back as they are."""

    async def run_monthly(request: Request) -> Response:
        sent_on = {name: request.headers[name] for name in _SENT_ON if name in request.headers}
        try:
            answer = await billing.request("POST", RUN_MONTHLY, sent_on, await body_of(request, most_bytes))
        except BadRequest as fault:
            return refusal_response(TooComplex(fault.message))
        except UpstreamUnavailable as refusal:
            return refusal_response(refusal)
        sent_back = {name: answer.headers[name] for name in _SENT_BACK if name in answer.headers}
        return Response(answer.body, answer.status, sent_back)

    return Route(RUN_MONTHLY, run_monthly, methods=["POST"])
