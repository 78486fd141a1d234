"""Connections to one address, kept for the next request."""

import asyncio
import time
from collections import deque

from services.gateway.upstream.connection import Connection, ConnectionBroke, HttpAnswer

CONNECT_SECONDS = 5.0
"""An address that nobody answers at is given up long before a service that has begun to work."""


class Connections:
    """As many as there are requests at a time. Those idle for longer than `idle_seconds` are closed, not used."""

    def __init__(self, host: str, port: int, *, most_bytes: int, idle_seconds: float) -> None:
        self._host = host
        self._port = port
        self._most_bytes = most_bytes
        self._idle_seconds = idle_seconds
        self._idle: deque[Connection] = deque()
        self._is_closed = False

    async def exchange(self, request: bytes, *, changes_nothing: bool) -> HttpAnswer:
        """Raises ConnectionBroke, or OSError when there is no connection to be had.

        A kept connection may have been closed by the other side just now. What changes nothing is then sent again;
        what does may have arrived, and is not.
        """
        connection = self._kept()
        if connection is not None:
            try:
                return self._keep(connection, await connection.exchange(request))
            except ConnectionBroke as broke:
                if broke.has_begun or not changes_nothing:
                    raise
        connection = await self._fresh()
        return self._keep(connection, await connection.exchange(request))

    def close(self) -> None:
        """Keeps none from now on: what is under way, or begins all the same, closes its own when it is done."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()

    def _keep(self, connection: Connection, answer: HttpAnswer) -> HttpAnswer:
        if self._is_closed:
            connection.close()
        elif connection.is_open:
            connection.idle_since = time.monotonic()
            self._idle.append(connection)
        return answer

    async def _fresh(self) -> Connection:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_SECONDS):
            _, connection = await loop.create_connection(lambda: Connection(self._most_bytes), self._host, self._port)
        return connection

    def _kept(self) -> Connection | None:
        """The one that was used last; those at the other end grow old."""
        too_old = time.monotonic() - self._idle_seconds
        while self._idle and (self._idle[0].idle_since < too_old or not self._idle[0].is_open):
            self._idle.popleft().close()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
        return None
