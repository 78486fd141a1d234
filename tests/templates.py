"""Databases that are migrated once a run; a test's own is a copy of one, which takes a fraction of the time."""

import asyncio
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from shared.database.database import DatabaseConfig
from shared.database.migrations import migrate
from tests.servers import on_server, postgres_url


@dataclass
class Templates:
    """`folder` is where the SQLite ones are kept."""

    folder: Path
    _run: str = field(default_factory=lambda: uuid4().hex[:12])
    _on_server: set[str] = field(default_factory=set)

    def copy_file(self, service: str, path: Path) -> None:
        template = self.folder / f"{service}.sqlite"
        if not template.exists():
            _migrated(service, f"sqlite://{template}")
        shutil.copyfile(template, path)

    def copy_on_server(self, service: str, name: str) -> None:
        template = f"nivaa_template_{self._run}_{service}"
        if template not in self._on_server:
            on_server(f'CREATE DATABASE "{template}"')
            self._on_server.add(template)
            _migrated(service, f"{postgres_url()}/{template}")
        on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop(self) -> None:
        for template in self._on_server:
            on_server(f'DROP DATABASE "{template}" WITH (FORCE)')


def _migrated(service: str, url: str) -> None:
    in_a_loop_of_its_own(lambda: asyncio.run(migrate(DatabaseConfig(service, url))))


def in_a_loop_of_its_own(run: Callable[[], None]) -> None:
    """For fixtures that are asked for while a test's loop is running."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(run).result()
