"""What all tests stand on: real databases, each test with its own."""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from shared.clock import Clock
from shared.runtime.component import Component
from shared.runtime.host import open_host
from tests.asking import Asker
from tests.servers import on_server, postgres_url

DatabaseUrls = Callable[[str], str]
"""The URL of an empty database of this test's own, by the service's name."""


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def database_urls(database_kind: str, tmp_path: Path) -> Iterator[DatabaseUrls]:
    if database_kind == "sqlite":
        yield lambda service: f"sqlite://{tmp_path / service}.sqlite"
        return
    run = uuid4().hex[:12]
    made: set[str] = set()

    def url(service: str) -> str:
        name = f"nivaa_test_{run}_{service}"
        if name not in made:
            on_server(f'CREATE DATABASE "{name}"')
            made.add(name)
        return f"{postgres_url()}/{name}"

    yield url
    for name in made:
        on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def settings_of(database_urls: DatabaseUrls, tmp_path: Path) -> Callable[..., dict[str, object]]:
    """Settings by their variables' names, with databases and files of this test's own."""

    def settings(services: Sequence[str], **overrides: object) -> dict[str, object]:
        databases = {f"{service.upper()}_DATABASE_URL": database_urls(service) for service in services}
        return {"NIVAA_DATA_DIR": tmp_path / "data", **databases, **overrides}

    return settings


class Hosting(Protocol):
    """`async with hosting([COMPONENT], NIVAA_FREEZE="none") as asker:` - components at work, and one to ask them."""

    def __call__(
        self, components: Sequence[Component], *, clock: Clock | None = None, **overrides: object
    ) -> AbstractAsyncContextManager[Asker]: ...


@pytest.fixture
def hosting(settings_of: Callable[..., dict[str, object]]) -> Hosting:
    @asynccontextmanager
    async def host_of(
        components: Sequence[Component], *, clock: Clock | None = None, **overrides: object
    ) -> AsyncIterator[Asker]:
        names = [component.name for component in components if component.has_tables]
        settings = settings_of(names, **overrides)
        async with open_host(components, env_files=(), clock=clock, overrides=settings) as host:
            yield Asker(host)

    return host_of


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("NIVAA_") or name.endswith("_DATABASE_URL"):
            monkeypatch.delenv(name)
