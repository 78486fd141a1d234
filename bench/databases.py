"""Databases of a benchmark's own: on a PostgreSQL server, or in files of a folder that is removed afterwards."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import asyncpg

from shared.database.database import Database, DatabaseConfig, Dialect, open_database
from shared.database.migrations import migrate

SERVER = os.environ.get("BENCH_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432").rstrip("/")


@asynccontextmanager
async def new_database(service: str) -> AsyncIterator[Database]:
    """A service's database on the server, migrated, empty and open."""
    async with place_for(service, "postgres") as config:
        await migrate(config)
        async with open_database(config) as database:
            yield database


@asynccontextmanager
async def place_for(
    service: str, dialect: Dialect, like: DatabaseConfig | None = None
) -> AsyncIterator[DatabaseConfig]:
    """Where a service's database can be: nothing is there yet, or a copy of one that nobody has open."""
    places = _on_the_server(service, like) if dialect == "postgres" else _in_a_folder(service, like)
    async with places as config:
        yield config


@asynccontextmanager
async def _on_the_server(service: str, like: DatabaseConfig | None) -> AsyncIterator[DatabaseConfig]:
    name = f"nivaa_bench_{uuid4().hex[:12]}_{service}"
    template = f' TEMPLATE "{like.url.rpartition("/")[2]}"' if like else ""
    await _execute(f'CREATE DATABASE "{name}"{template}')
    try:
        yield DatabaseConfig(service, f"{SERVER}/{name}")
    finally:
        await _execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@asynccontextmanager
async def _in_a_folder(service: str, like: DatabaseConfig | None) -> AsyncIterator[DatabaseConfig]:
    with TemporaryDirectory(prefix="nivaa-bench-") as folder:
        path = Path(folder) / f"{service}.sqlite"
        if like:
            await asyncio.to_thread(shutil.copy, like.sqlite_path, path)
        yield DatabaseConfig(service, f"sqlite://{path}")


async def settle(config: DatabaseConfig) -> None:
    """What a server does in the background once much was written is done now, not amid a measurement."""
    if config.dialect == "postgres":
        await _execute("VACUUM ANALYZE", config.url)
        await _execute("CHECKPOINT")


async def _execute(statement: str, url: str = f"{SERVER}/postgres") -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
