"""What a request asks, from its body or its URL (GraphQL over HTTP, section 5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.requests import Request

JSON = "application/json"


class BadRequest(Exception):
    """The request is no GraphQL request; `status` and `headers` are the response's."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of one GraphQL request."""

    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


class Parameters(msgspec.Struct, rename={"operation_name": "operationName"}):
    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None

    def asked(self) -> Asked:
        return Asked(self.query, self.variables or {}, self.operation_name)


async def read_post(request: Request, most_bytes: int) -> Asked:
    """Raises BadRequest."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != JSON:
        raise BadRequest(415, f"the Content-Type must be {JSON}", {"Accept-Post": JSON})
    return _asked(await body_of(request, most_bytes))


async def body_of(request: Request, most_bytes: int) -> bytes:
    """Raises BadRequest when it is larger, without having read more of it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise BadRequest(413, f"the request is larger than {most_bytes} bytes")
    return bytes(body)


def _asked(body: bytes) -> Asked:
    try:
        return msgspec.json.decode(body, type=Parameters).asked()
    except msgspec.ValidationError as error:
        raise BadRequest(400, f"the request is no GraphQL request: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(400, f"the body is not JSON: {error}") from error


def read_get(request: Request) -> Asked:
    """Raises BadRequest."""
    query = request.query_params.get("query")
    if not query:
        raise BadRequest(400, "the parameter `query` is missing")
    variables = request.query_params.get("variables") or "{}"
    _object(request.query_params.get("extensions") or "{}", "extensions")
    return Asked(query, _object(variables, "variables"), request.query_params.get("operationName") or None)


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any] | None) or {}
    except msgspec.DecodeError as error:
        raise BadRequest(400, f"the parameter `{name}` is not a JSON object") from error
