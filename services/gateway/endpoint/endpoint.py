"""`/graphql` by the GraphQL over HTTP specification."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import structlog
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from strawberry.http.ides import get_graphql_ide_html

from services.gateway.endpoint.asked import Asked, BadRequest, read_get, read_post
from services.gateway.endpoint.connected import ClientGone, while_connected
from services.gateway.endpoint.media_type import GRAPHQL_RESPONSE, HTML, JSON, preferred
from services.gateway.federation import Engine, Prepared, RequestError
from services.gateway.subgraph_peers import Caller
from shared.errors import InvalidInput, Refusal
from shared.graphql.refusals import INTERNAL, NOT_GRAPHQL
from shared.http import CONFLICT, STATUS

log = structlog.get_logger()

Authenticate = Callable[[Request], Awaitable[Caller]]
"""Who asks; raises Unauthenticated."""

CLIENT_CLOSED_REQUEST = 499


class GraphQLEndpoint:
    """Answers one request at a time; holds nothing of any of them."""

    def __init__(self, engine: Engine, authenticate: Authenticate, most_body_bytes: int) -> None:
        self._engine = engine
        self._authenticate = authenticate
        self._most_body_bytes = most_body_bytes

    async def respond(self, request: Request) -> Response:
        media_type = preferred(request.headers.get("accept"))
        if media_type == HTML and request.method == "GET":
            return HTMLResponse(get_graphql_ide_html("graphiql"))
        if media_type is None:
            return _response(406, _errors("nothing that we can answer with is acceptable"), JSON)
        media_type = JSON if media_type == HTML else media_type
        try:
            return _response(200, await self._answer(request), media_type)
        except BadRequest as fault:
            return _response(fault.status, _errors(fault.message), media_type, fault.headers)
        except RequestError as refused:
            # A request that fits neither grammar nor schema: the older media type has no status for it but 200.
            return _response(400 if media_type == GRAPHQL_RESPONSE else 200, _refused(refused), media_type)
        except Refusal as refusal:
            return _refusal(refusal, media_type)
        except ClientGone:
            return Response(status_code=CLIENT_CLOSED_REQUEST)
        except Exception:
            log.exception("request failed")
            return _response(500, _errors("something went wrong on our side", INTERNAL), media_type)

    async def _answer(self, request: Request) -> dict[str, Any]:
        asked = await self._asked(request)
        prepared = self._engine.prepare(asked.query, asked.variables, asked.operation_name)
        _refuse_kind(request, prepared)
        caller = None if prepared.is_about_the_schema else await self._authenticate(request)
        answer = await while_connected(request, self._engine.run(prepared, asked.variables, caller))
        return _with_codes(answer)

    async def _asked(self, request: Request) -> Asked:
        if request.method == "POST":
            return await read_post(request, self._most_body_bytes)
        return read_get(request)


def _refuse_kind(request: Request, prepared: Prepared) -> None:
    """GET changes nothing, and one response is no stream."""
    if request.method != "POST" and prepared.kind != "query":
        raise BadRequest(405, f"a {prepared.kind} needs POST", {"Allow": "POST"})
    if prepared.kind == "subscription":
        raise InvalidInput("subscriptions need a streaming request")


def _with_codes(answer: dict[str, Any]) -> dict[str, Any]:
    """Every error has a code; one without is a fault of ours or of a service."""
    for error in answer.get("errors", ()):
        error["extensions"] = {"code": INTERNAL, **error.get("extensions", {})}
    return answer


def _refused(refused: RequestError) -> dict[str, Any]:
    return {"errors": [_formatted(error) for error in refused.errors]}


def _formatted(error: GraphQLError) -> dict[str, Any]:
    return {**error.formatted, "extensions": {"code": NOT_GRAPHQL, **(error.extensions or {})}}


def _refusal(refusal: Refusal, media_type: str) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if refusal.code == "UNAUTHENTICATED" else None
    error = {"message": refusal.message, "extensions": {"code": refusal.code, **refusal.details}}
    return _response(STATUS.get(refusal.code, CONFLICT), {"errors": [error]}, media_type, headers)


def _errors(message: str, code: str = InvalidInput.code) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def _response(
    status: int, answer: Mapping[str, Any], media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    content_type = f"{media_type}; charset=utf-8"
    return Response(msgspec.json.encode(answer), status, headers, content_type)
