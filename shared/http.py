"""Refusals and faults over HTTP, in the same words as over GraphQL."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from shared.errors import InvalidInput, MethodNotAllowed, NotFound, Refusal, TooComplex

STATUS = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "DOCUMENT_NOT_TRUSTED": 403,
    "INTROSPECTION_OFF": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "INVALID_INPUT": 400,
    "PERSISTED_QUERY_HASH_MISMATCH": 400,
    "PERSISTED_QUERY_NOT_FOUND": 200,  # clients with persisted queries take any other for the end
    "TOO_COMPLEX": 413,
    "TOO_MANY_REQUESTS": 429,
    "TOO_MANY_STREAMS": 429,
    "UPSTREAM_UNAVAILABLE": 503,
    "TIMED_OUT": 504,
}
CONFLICT = 409
"""What every other code is: the request is fine, the state of things is not."""

Lost = Callable[[Request, Exception], Awaitable[Response]]
"""Answers who comes to an address that is not there, or by a method that it does not take: an HTTPException."""


async def told_lost(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - starlette calls it for no other
    return refusal_response(refusal_of(error.status_code, error.detail), error.headers)


def application(routes: Sequence[BaseRoute], lost: Lost = told_lost) -> Starlette:
    """Answers in JSON, with a code, also where there is no route, or a route fails."""
    return Starlette(routes=routes, exception_handlers={HTTPException: lost, Refusal: _refused, Exception: _failed})


def fault_response() -> JSONResponse:
    """For a fault of ours, which is in the log and is told to nobody."""
    body = {"errors": [{"message": "something went wrong on our side", "extensions": {"code": "INTERNAL"}}]}
    return JSONResponse(body, 500)


def refusal_response(refusal: Refusal, headers: Mapping[str, str] | None = None) -> JSONResponse:
    body = {"errors": [{"message": refusal.message, "extensions": extensions_of(refusal)}]}
    return JSONResponse(body, status_of(refusal.code), {**headers_of(refusal), **(headers or {})})


def status_of(code: str) -> int:
    return STATUS.get(code, CONFLICT)


def extensions_of(refusal: Refusal) -> dict[str, Any]:
    return {"code": refusal.code, **refusal.details}


def headers_of(refusal: Refusal) -> dict[str, str]:
    """What the status says by a header too."""
    if refusal.code == "UNAUTHENTICATED":
        return {"WWW-Authenticate": "Bearer"}
    if (seconds := refusal.details.get("retryAfterSeconds")) is not None:
        return {"Retry-After": str(seconds)}
    return {}


def too_large_body(allowed: int, asked: int | None) -> TooComplex:
    """`asked` is None when reading ended with the first byte that was too many."""
    details = (
        {"limit": "bytes", "allowed": allowed}
        if asked is None
        else {"limit": "bytes", "allowed": allowed, "asked": asked}
    )
    return TooComplex(f"the request is larger than {allowed} bytes", **details)


def refusal_of(status: int, reason: str) -> Refusal:
    """What a library answers with a status alone."""
    match status:
        case 404:
            return NotFound("there is nothing at this address")
        case 405:
            return MethodNotAllowed("this address does not take that method")
    return InvalidInput(reason)


async def _refused(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)  # noqa: S101 - starlette calls it for no other
    return refusal_response(refusal)


async def _failed(_: Request, __: Exception) -> Response:
    return fault_response()
