"""The subgraphs as the engine reaches them: other services as peers, our own schema right here."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import msgspec
import structlog

from services.gateway.federation import FetchRequest, SubgraphUnavailable
from services.gateway.graphql.context import GatewayContext
from shared import event_stream
from shared.auth.viewer import Viewer
from shared.errors import UpstreamUnavailable
from shared.graphql.schema import Subgraph as Schema
from shared.runtime.peers import Peer, PeerStream

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose request it is: the header goes on to every service, which verifies it itself. `headers` go on too."""

    viewer: Viewer
    authorization: str
    headers: Mapping[str, str] = field(default_factory=dict)


class PeerSubgraph:
    """Another service's `POST /graphql`."""

    def __init__(self, name: str, peer: Peer, timeout_seconds: float, path: str = "/graphql") -> None:
        self._name = name
        self._peer = peer
        self._path = path
        self._timeout_seconds = timeout_seconds

    async def fetch(self, request: FetchRequest, /) -> bytes:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._peer.request("POST", self._path, _headers(request), request.body)
        except TimeoutError as error:
            raise SubgraphUnavailable("it took too long") from error
        except UpstreamUnavailable as error:
            raise SubgraphUnavailable("it did not answer") from error
        except Exception as error:
            # Over HTTP this would have been a 500: a service that fails in our own process is no worse.
            log.exception("subgraph failed", subgraph=self._name)
            raise SubgraphUnavailable("it failed") from error
        return response.body

    @asynccontextmanager
    async def subscribe(self, request: FetchRequest, /) -> AsyncGenerator[AsyncIterator[bytes], None]:
        """By graphql-sse, a connection for each subscription."""
        headers = {**_headers(request), "accept": event_stream.MEDIA_TYPE}
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    streaming = self._peer.stream("POST", self._path, headers, request.body)
                    answer = await stack.enter_async_context(streaming)
            except TimeoutError as error:
                raise SubgraphUnavailable("it took too long") from error
            except UpstreamUnavailable as error:
                raise SubgraphUnavailable("it did not answer") from error
            yield _events(answer)


async def _events(answer: PeerStream) -> AsyncGenerator[bytes, None]:
    """The bodies of the stream's events. Without a stream, the one body that says why."""
    if not event_stream.is_one(answer.headers):
        yield b"".join([chunk async for chunk in answer.chunks])
        return
    try:
        async for event in event_stream.events_of(answer.chunks):
            if event.name == "complete":
                return
            if event.name == "next":
                yield event.data.encode()
    except (UpstreamUnavailable, event_stream.BrokenStream) as error:
        raise SubgraphUnavailable("its stream broke off") from error
    raise SubgraphUnavailable("its stream broke off")


def _headers(request: FetchRequest) -> dict[str, str]:
    caller = request.context
    assert isinstance(caller, Caller)  # noqa: S101 - the endpoint gives no other
    authorization = {"authorization": caller.authorization} if caller.authorization else {}
    return {"content-type": "application/json", "accept": "application/json", **authorization, **caller.headers}


class OwnSubgraph:
    """The gateway's own schema, run in place."""

    def __init__(self, schema: Schema, open_context: Callable[[Viewer], GatewayContext]) -> None:
        self._schema = schema
        self._open_context = open_context

    async def fetch(self, request: FetchRequest, /) -> bytes:
        caller = request.context
        assert isinstance(caller, Caller)  # noqa: S101 - the endpoint gives no other
        result = await self._schema.execute(
            request.query,
            variable_values=request.variables,
            context_value=self._open_context(caller.viewer),
            operation_name=request.operation_name,
        )
        errors = [error.formatted for error in result.errors or ()]
        return msgspec.json.encode({"data": result.data, "errors": errors} if errors else {"data": result.data})

    def subscribe(self, request: FetchRequest, /) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:  # noqa: ARG002
        raise SubgraphUnavailable("it has nothing to subscribe to")
