"""The port to a subgraph: a request in, the bytes of a GraphQL response out."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from services.gateway.federation.errors import SubgraphUnavailable


class FetchRequest(msgspec.Struct, frozen=True):
    """`body` is the whole request as it is sent: JSON with `query`, `variables` and `operationName`.

    `changes_nothing`: it may be sent again. `context` is what the caller of the engine gave: opaque here, for the
    adapter to make headers of.
    """

    body: bytes
    query: str
    operation_name: str | None
    changes_nothing: bool
    context: object

    @property
    def variables(self) -> dict[str, Any]:
        """For subgraphs in this process; whoever asks gets values of their own."""
        variables: dict[str, Any] = msgspec.json.decode(self.body)["variables"]
        return variables


class Subgraph(Protocol):
    """One subgraph, however it is reached."""

    async def fetch(self, request: FetchRequest, /) -> bytes:
        """The response's body; SubgraphUnavailable when there is none. Cancelled when the client has gone."""
        ...

    def subscribe(self, request: FetchRequest, /) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """A response's body for each event, within the block; the stream stands when the block is entered.

        SubgraphUnavailable when it cannot be had, or breaks off. Leaving the block ends it.
        """
        ...


@dataclass(frozen=True, slots=True)
class SubgraphResponse:
    """A subgraph's answer; `data` is None when the request failed as a whole."""

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]


def read_response(body: bytes) -> SubgraphResponse:
    """SubgraphUnavailable when the body is not a GraphQL response."""
    try:
        response = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise SubgraphUnavailable("the answer is not JSON") from error
    if not isinstance(response, dict):
        raise SubgraphUnavailable("the answer is not a GraphQL response")
    data, errors = response.get("data"), response.get("errors") or []
    if not isinstance(data, dict | None) or not isinstance(errors, list) or (data is None and not errors):
        raise SubgraphUnavailable("the answer is not a GraphQL response")
    return SubgraphResponse(data, [error for error in errors if isinstance(error, dict)])
