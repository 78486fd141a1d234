"""Databases that are migrated once a run; a test's own is a copy of one, which takes a fraction of the time."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from shared.database.database import DatabaseConfig
from shared.database.migrations import migrate
from tests.servers import on_server, postgres_url
from tests.servers.apart import run_apart
from tests.servers.postgres import execute

_EMPTY = """
DO $$ DECLARE name regclass; BEGIN
    EXECUTE format('ALTER DATABASE %I SET synchronous_commit TO off', current_database());
    SET LOCAL synchronous_commit TO off;
    FOR name IN SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                   AND relname <> 'tortoise_migrations' ORDER BY oid DESC LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', name);
        EXECUTE format('DELETE FROM %s', name);
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', name);
    END LOOP;
END $$
"""
"""What guards rows is asked nothing meanwhile; tables that refer to others were made after them.

From then on commits do not wait for the disk: that is of no use to what nobody will need after a crash."""


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

    def empty(self, service: str, url: str) -> None:
        """Makes a copy that nobody has open as it was in the beginning, which takes less than another copy."""
        if url.startswith("sqlite:"):
            self.copy_file(service, Path(url.removeprefix("sqlite://")))
        else:
            run_apart(execute(url, _EMPTY))

    def drop(self) -> None:
        for template in self._on_server:
            on_server(f'DROP DATABASE "{template}" WITH (FORCE)')


def _migrated(service: str, url: str) -> None:
    run_apart(migrate(DatabaseConfig(service, url)))
