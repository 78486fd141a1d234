"""Finds the real servers that tests talk to; fails with what to do when there is none."""

import asyncio
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from urllib.parse import urlsplit

import asyncpg

DEFAULT_RABBITMQ = "amqp://guest:guest@127.0.0.1:5672"
DEFAULT_POSTGRES = "postgres://postgres@127.0.0.1:5432"


@cache
def postgres_url() -> str:
    """A PostgreSQL server where databases may be created, without a database's name."""
    url = os.environ.get("TEST_POSTGRES_URL", DEFAULT_POSTGRES).rstrip("/")
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 5432), timeout=3).close()
    except OSError as error:
        raise RuntimeError(f"no PostgreSQL answers at {url}: start one there or set TEST_POSTGRES_URL") from error
    return url


def amqp_url() -> str:
    """A RabbitMQ server where queues may be declared."""
    return os.environ.get("TEST_AMQP_URL", DEFAULT_RABBITMQ).rstrip("/")


def on_server(statement: str) -> None:
    """Runs a statement as the server's administrator, whether or not an event loop is running here."""

    async def run() -> None:
        connection = await asyncpg.connect(f"{postgres_url()}/postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()
