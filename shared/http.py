"""Refusals and faults over HTTP, in the same words as over GraphQL."""

from starlette.responses import JSONResponse

from shared.errors import Refusal

STATUS = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "INTROSPECTION_OFF": 403,
    "NOT_FOUND": 404,
    "INVALID_INPUT": 400,
    "TOO_COMPLEX": 413,
    "TOO_MANY_STREAMS": 429,
    "UPSTREAM_UNAVAILABLE": 503,
}
CONFLICT = 409
"""What every other code is: the request is fine, the state of things is not."""


def fault_response() -> JSONResponse:
    """For a fault of ours, which is in the log and is told to nobody."""
    body = {"errors": [{"message": "something went wrong on our side", "extensions": {"code": "INTERNAL"}}]}
    return JSONResponse(body, 500)


def refusal_response(refusal: Refusal) -> JSONResponse:
    extensions = {"code": refusal.code, **refusal.details}
    headers = {"WWW-Authenticate": "Bearer"} if refusal.code == "UNAUTHENTICATED" else None
    body = {"errors": [{"message": refusal.message, "extensions": extensions}]}
    return JSONResponse(body, STATUS.get(refusal.code, CONFLICT), headers)
