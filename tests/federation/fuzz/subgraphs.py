"""The subgraphs of all worlds: in this process for our engine, over HTTP for its peers."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

from graphql import ExecutionResult, GraphQLSchema, execute_sync, graphql_sync, parse
from starlette.types import Receive, Scope, Send

from services.gateway.federation import FetchRequest
from services.gateway.settings import GatewaySettings
from services.gateway.standalone import Standalone
from shared.runtime.serving import serving
from tests.federation.fuzz.events import events


class NearSubgraph:
    """As our engine has it: what is not valid is refused."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    async def fetch(self, request: FetchRequest, /) -> bytes:
        return _body(
            graphql_sync(
                self._schema,
                request.query,
                variable_values=request.variables,
                operation_name=request.operation_name,
            )
        )

    @asynccontextmanager
    async def subscribe(self, request: FetchRequest, /) -> AsyncGenerator[AsyncIterator[bytes], None]:
        results = await events(self._schema, parse(request.query), request.variables, request.operation_name)
        yield (_body(one) async for one in results)


class FarSubgraphs:
    """All of them at one address, each under a path of its own."""

    def __init__(self) -> None:
        self._schemas: dict[str, GraphQLSchema] = {}

    @contextmanager
    def reachable(self, schemas: Mapping[str, GraphQLSchema]) -> Iterator[None]:
        """Within the block, by their paths."""
        self._schemas.update(schemas)
        try:
            yield
        finally:
            for path in schemas:
                del self._schemas[path]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = json.loads(await _whole(receive))
        schema = self._schemas.get(scope["path"])
        if schema is None:  # a peer that had no answer in time asks on, though its world is gone
            await send({"type": "http.response.start", "status": 404})
            await send({"type": "http.response.body"})
            return
        result = execute_sync(
            schema,
            parse(asked["query"], no_location=True),
            variable_values=asked.get("variables"),
            operation_name=asked.get("operationName"),
        )
        assert isinstance(result, ExecutionResult)  # no resolver awaits anything
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": _body(result)})


@asynccontextmanager
async def serving_subgraphs(subgraphs: FarSubgraphs) -> AsyncIterator[str]:
    """The address."""
    async with serving(Standalone(GatewaySettings(), subgraphs, asyncio.Event()), port=0) as port:
        yield f"http://127.0.0.1:{port}"


async def _whole(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def _body(result: ExecutionResult) -> bytes:
    return json.dumps(result.formatted).encode()
