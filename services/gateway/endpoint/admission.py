"""Who is let in: a token verifies, and nobody asks oftener than they may."""

from collections.abc import Awaitable, Callable

from starlette.requests import HTTPConnection

from services.gateway.endpoint.rates import Rates
from services.gateway.subgraph_peers import Caller
from shared.errors import Unauthenticated

Authenticate = Callable[[str], Awaitable[Caller]]
"""Who asks, by the Authorization header; raises Unauthenticated."""


def is_ours(connection: HTTPConnection) -> bool:
    """Whether it comes from within the process: over a network there is an address that it comes from."""
    return connection.scope.get("client") is None


class Admission:
    """Requests from within the process are not counted: those are ours."""

    def __init__(self, authenticate: Authenticate, rates: Rates) -> None:
        self._authenticate = authenticate
        self._rates = rates

    async def admit(self, connection: HTTPConnection) -> Caller | None:
        """None for who comes without a token. Raises Unauthenticated, UpstreamUnavailable, TooManyRequests."""
        authorization = connection.headers.get("authorization", "")
        try:
            return await self.known(connection, authorization)
        except Unauthenticated:
            if authorization:
                raise
            return None

    async def known(self, connection: HTTPConnection, authorization: str) -> Caller:
        """The same by a token that came another way."""
        try:
            caller = await self._authenticate(authorization)
        except Unauthenticated:
            await self._count_stranger(connection)
            raise
        await self.count(connection, caller)
        return caller

    async def count(self, connection: HTTPConnection, caller: Caller, requests: int = 1) -> None:
        """Raises TooManyRequests."""
        if not is_ours(connection):
            await self._rates.count_subject(caller.viewer.subject, requests)

    async def _count_stranger(self, connection: HTTPConnection) -> None:
        if connection.client is not None:
            await self._rates.count_address(connection.client.host)
