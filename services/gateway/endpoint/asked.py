"""What a request asks, from its body or its URL (GraphQL over HTTP, section 5)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request

from services.gateway.endpoint.media_type import JSON, REMEMBERED
from shared.http import too_large_body


class BadRequest(Exception):
    """The request is no GraphQL request; `status` and `headers` are the response's."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


class Asked(msgspec.Struct, frozen=True):
    """The parameters of one GraphQL request."""

    query: str | None
    variables: dict[str, Any] = msgspec.field(default_factory=dict)
    operation_name: str | None = None
    document_id: str | None = None
    extensions: Mapping[str, Any] | None = None


class Parameters(msgspec.Struct, rename={"operation_name": "operationName", "document_id": "documentId"}):
    query: str | None = None
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    document_id: str | None = None
    extensions: dict[str, Any] | None = None

    @property
    def is_empty(self) -> bool:
        """Neither a text nor the name of one."""
        return self.query is None and self.document_id is None and not (self.extensions or {}).get("persistedQuery")

    def asked(self) -> Asked:
        return Asked(self.query, self.variables or {}, self.operation_name, self.document_id, self.extensions)


async def read_post(request: Request, most_bytes: int) -> Asked | list[Asked]:
    """One request, or a batch of them. Raises BadRequest, TooComplex.

    Only JSON, which a page of another site cannot send without asking first.
    """
    if not is_json(request.headers.get("content-type", "")):
        raise BadRequest(415, f"the Content-Type must be {JSON}, in UTF-8", {"Accept-Post": JSON})
    return _asked(await body_of(request, most_bytes))


@lru_cache(REMEMBERED)
def is_json(content_type: str) -> bool:
    """Whether a body of that type can be read; JSON is in UTF-8 unless it says otherwise."""
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [part.removeprefix("charset=").strip('"') for part in parameters if part.startswith("charset=")]
    return media_type == JSON and set(charsets) <= {"utf-8", "utf8"}


async def body_of(request: Request, most_bytes: int) -> bytes:
    """Raises TooComplex when it is larger, without having read more of it."""
    body, is_more = bytearray(), True
    while is_more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > most_bytes:
            raise too_large_body(most_bytes, None)
        is_more = message.get("more_body", False)
    return bytes(body)


def _asked(body: bytes) -> Asked | list[Asked]:
    try:
        read = _DECODER.decode(body)
        return [each.asked() for each in read] if isinstance(read, list) else read.asked()
    except RecursionError:
        raise BadRequest(400, "the body is nested too deeply") from None
    except msgspec.ValidationError as error:
        raise BadRequest(400, f"the request is no GraphQL request: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(400, f"the body is not JSON: {error}") from error


def read_get(request: Request) -> Asked:
    """Raises BadRequest."""
    given = request.query_params
    return Asked(
        given.get("query") or None,
        _object(given.get("variables") or "{}", "variables"),
        given.get("operationName") or None,
        given.get("documentId") or None,
        _object(given.get("extensions") or "{}", "extensions"),
    )


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any] | None) or {}
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRequest(400, f"the parameter `{name}` is not a JSON object") from error


_DECODER = msgspec.json.Decoder(Parameters | list[Parameters])
