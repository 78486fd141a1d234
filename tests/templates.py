"""Databases that are migrated once a run; a test's own is a copy of one, which takes a fraction of the time."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from shared.database.database import DatabaseConfig
from shared.database.migrations import migrate
from tests.servers import on_server, postgres_url
from tests.servers.apart import run_apart


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
    run_apart(migrate(DatabaseConfig(service, url)))
