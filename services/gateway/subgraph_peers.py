"""The subgraphs as the engine reaches them: other services, as peers or straight over HTTP; our own schema here."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

import msgspec
import structlog

from services.gateway.federation import FetchRequest, SubgraphUnavailable, SupergraphError
from services.gateway.graphql.context import GatewayContext
from services.gateway.time_limit import TimeLimit
from services.gateway.upstream.connection import ConnectionBroke
from services.gateway.upstream.pool import Connections
from shared import event_stream
from shared.auth.viewer import Viewer
from shared.errors import UpstreamUnavailable
from shared.graphql.schema import Subgraph as Schema
from shared.runtime.peers import MOST_ANSWER_BYTES, PEER_KEEP_ALIVE_SECONDS, Peer, PeerStream

log = structlog.get_logger()

HTTP_PORT = 80
REMEMBERED_CALLERS = 512
_ANSWERS = {"next", "message"}
"""Events with an answer: by the protocol, and of servers that name none of theirs."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Caller(msgspec.Struct, frozen=True):
    """Whose request it is: the header goes on to every service, which verifies it itself. `headers` go on too."""

    viewer: Viewer
    authorization: str
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)


Subscribe = Callable[[FetchRequest], AbstractAsyncContextManager[AsyncIterator[bytes]]]


class PeerSubgraph:
    """Another service's `POST /graphql`. `otherwise` is for subscriptions where there are no event streams."""

    def __init__(
        self,
        name: str,
        peer: Peer,
        timeout_seconds: float,
        path: str = "/graphql",
        otherwise: Subscribe | None = None,
    ) -> None:
        self._name = name
        self._peer = peer
        self._path = path
        self._timeout_seconds = timeout_seconds
        self._otherwise = otherwise

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
        return _usable(response.status, response.body)

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
            events: AsyncIterator[bytes] = _events(answer)
            if self._otherwise and not event_stream.is_one(answer.headers):
                with suppress(SubgraphUnavailable):  # then the answer is the reason why there are none
                    events = await stack.enter_async_context(self._otherwise(request))
            yield events


class HttpSubgraph:
    """One at an `http://` address. Streams are rare and long: they go through the peer."""

    def __init__(self, url: str, peer: PeerSubgraph, timeout_seconds: float) -> None:
        """Raises SupergraphError when the URL is none."""
        host, port = _host_and_port(url)
        self._connections = Connections(host, port, most_bytes=MOST_ANSWER_BYTES, idle_seconds=PEER_KEEP_ALIVE_SECONDS)
        address = urlsplit(url)
        target = urlunsplit(("", "", address.path or "/", address.query, ""))
        head = f"POST {target} HTTP/1.1\r\nhost: {address.netloc.rpartition('@')[2]}\r\n"
        self._head = head.encode("latin-1", "replace")
        self._time = TimeLimit(timeout_seconds)
        self.subscribe = peer.subscribe

    async def fetch(self, request: FetchRequest, /) -> bytes:
        try:
            with self._time.begun():
                answer = await self._connections.exchange(
                    self._written(request), changes_nothing=request.changes_nothing
                )
        except TimeoutError as error:
            raise SubgraphUnavailable("it took too long") from error
        except OSError as error:
            raise SubgraphUnavailable("it did not answer") from error
        except ConnectionBroke as error:
            raise SubgraphUnavailable(str(error)) from error
        return _usable(answer.status, answer.body)

    def close(self) -> None:
        self._connections.close()

    def _written(self, request: FetchRequest) -> bytes:
        caller = caller_of(request)
        lines = _lines(caller.authorization, *caller.headers.items())
        return b"%b%bcontent-length: %d\r\n\r\n%b" % (self._head, lines, len(request.body), request.body)


def reached_at(url: str, peer: PeerSubgraph, timeout_seconds: float) -> PeerSubgraph | HttpSubgraph:
    """By the scheme of its address: plain HTTP straight, whatever else as a peer. Raises SupergraphError."""
    if url.partition("://")[0].lower() == "http":
        return HttpSubgraph(url, peer, timeout_seconds)
    return peer


def _host_and_port(url: str) -> tuple[str, int]:
    try:
        address = urlsplit(url)
        host, port = address.hostname, address.port or HTTP_PORT
    except ValueError as error:
        raise SupergraphError(f"{url} is no address: {error}") from error
    if not host:
        raise SupergraphError(f"{url} names no host")
    return host, port


def close_all(subgraphs: Iterable[object]) -> None:
    """Keeps no connection to them any more; what is still under way over them finishes."""
    for subgraph in subgraphs:
        if isinstance(subgraph, HttpSubgraph):
            subgraph.close()


def _usable(status: int, body: bytes) -> bytes:
    """The body of an answer that may be one of GraphQL's: refusals are, failures and redirections are not."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise SubgraphUnavailable(f"it answered with status {status}")
    return body


async def _events(answer: PeerStream) -> AsyncGenerator[bytes, None]:
    """The bodies of the stream's events. Without a stream, the one body that says why."""
    try:
        if not event_stream.is_one(answer.headers):
            yield _usable(answer.status, await _whole(answer))
            return
        async for event in event_stream.events_of(answer.chunks):
            if event.name == "complete":
                return
            if event.name in _ANSWERS:
                yield event.data.encode()
    except (UpstreamUnavailable, event_stream.BrokenStream) as error:
        raise SubgraphUnavailable("its stream broke off") from error
    raise SubgraphUnavailable("its stream broke off")


async def _whole(answer: PeerStream) -> bytes:
    body = bytearray()
    async for chunk in answer.chunks:
        body += chunk
        if len(body) > MOST_ANSWER_BYTES:
            raise SubgraphUnavailable("its answer is too large")
    return bytes(body)


def caller_of(request: FetchRequest) -> Caller:
    caller = request.context
    assert isinstance(caller, Caller)  # noqa: S101 - the endpoint gives no other
    return caller


def _headers(request: FetchRequest) -> dict[str, str]:
    caller = caller_of(request)
    return _of_caller(caller.authorization, caller.headers)


def _of_caller(authorization: str, others: Mapping[str, str]) -> dict[str, str]:
    own = {"authorization": authorization} if authorization else {}
    return {"content-type": "application/json", "accept": "application/json", **own, **others}


@lru_cache(REMEMBERED_CALLERS)
def _lines(authorization: str, *others: tuple[str, str]) -> bytes:
    """What a caller's requests to any subgraph have in their heads. Raises SubgraphUnavailable."""
    lines = [f"{name}: {value}" for name, value in _of_caller(authorization, dict(others)).items()]
    if any(_CONTROL.search(line) for line in lines):
        raise SubgraphUnavailable("a header cannot be sent on")
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1", "replace")


class OwnSubgraph:
    """The gateway's own schema, run in place."""

    def __init__(self, schema: Schema, open_context: Callable[[Viewer], GatewayContext]) -> None:
        self._schema = schema
        self._open_context = open_context

    async def fetch(self, request: FetchRequest, /) -> bytes:
        caller = caller_of(request)
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
