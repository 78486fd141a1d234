"""What all tests stand on: real databases, each test with its own."""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from shared.clock import Clock
from shared.runtime.component import Component
from shared.runtime.host import open_host
from tests.asking import Asker
from tests.rabbitmq import own_rabbitmq
from tests.servers import on_server, postgres_url
from tests.templates import Templates

DatabaseUrls = Callable[[str], str]
"""The URL of an empty database of this test's own, by the service's name."""


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def database_urls(database_kind: str, tmp_path: Path) -> Iterator[DatabaseUrls]:
    def make_file(_service: str, path: Path) -> None:
        """SQLite makes it when it is opened."""

    def make_on_server(_service: str, name: str) -> None:
        on_server(f'CREATE DATABASE "{name}"')

    with _urls(database_kind, tmp_path, make_file, make_on_server) as url:
        yield url


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("templates"))
    yield made
    made.drop()


class SettingsOf(Protocol):
    """Settings by their variables' names, with migrated databases and a data folder of this test's own."""

    def __call__(self, services: Sequence[str], **overrides: object) -> dict[str, object]: ...


@pytest.fixture
def settings_of(database_kind: str, tmp_path: Path, templates: Templates) -> Iterator[SettingsOf]:
    with _urls(database_kind, tmp_path, templates.copy_file, templates.copy_on_server) as url:

        def settings(services: Sequence[str], **overrides: object) -> dict[str, object]:
            databases = {f"{service.upper()}_DATABASE_URL": url(service) for service in services}
            return {"NIVAA_DATA_DIR": tmp_path / "data", **databases, **overrides}

        yield settings


@contextmanager
def _urls(
    kind: str, folder: Path, make_file: Callable[[str, Path], None], make_on_server: Callable[[str, str], None]
) -> Iterator[DatabaseUrls]:
    """Each database is made when its URL is first asked for, and dropped at the end."""
    run = uuid4().hex[:12]
    urls: dict[str, str] = {}

    def url(service: str) -> str:
        if service not in urls:
            urls[service] = _new_file(service) if kind == "sqlite" else _new_on_server(service)
        return urls[service]

    def _new_file(service: str) -> str:
        make_file(service, folder / f"{service}.sqlite")
        return f"sqlite://{folder / service}.sqlite"

    def _new_on_server(service: str) -> str:
        make_on_server(service, f"nivaa_test_{run}_{service}")
        return f"{postgres_url()}/nivaa_test_{run}_{service}"

    yield url
    if kind == "postgres":
        for service in urls:
            on_server(f'DROP DATABASE "nivaa_test_{run}_{service}" WITH (FORCE)')


@pytest.fixture(params=["memory", "rabbitmq"])
def broker_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A broker of this test's own."""
    if request.param == "memory":
        yield "memory://"
        return
    with own_rabbitmq() as url:
        yield url


class Hosting(Protocol):
    """`async with hosting([COMPONENT], NIVAA_FREEZE="none") as asker:` - components at work, and one to ask them."""

    def __call__(
        self, components: Sequence[Component], *, clock: Clock | None = None, **overrides: object
    ) -> AbstractAsyncContextManager[Asker]: ...


@pytest.fixture
def hosting(settings_of: SettingsOf) -> Hosting:
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
