"""Databases of a benchmark's own on a PostgreSQL server."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg

from shared.database.database import Database, DatabaseConfig, open_database
from shared.database.migrations import migrate

SERVER = os.environ.get("BENCH_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432").rstrip("/")


@asynccontextmanager
async def new_database(service: str) -> AsyncIterator[Database]:
    """A service's database, migrated and empty; dropped afterwards."""
    name = f"nivaa_bench_{uuid4().hex[:12]}_{service}"
    await _on_server(f'CREATE DATABASE "{name}"')
    try:
        config = DatabaseConfig(service, f"{SERVER}/{name}")
        await migrate(config)
        async with open_database(config) as database:
            yield database
    finally:
        await _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


async def _on_server(statement: str) -> None:
    connection = await asyncpg.connect(f"{SERVER}/postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
