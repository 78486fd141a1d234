"""The ways to a server: each is really gone, with servers of our own on other ports than the usual ones."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers import postgres, rabbitmq
from tests.servers.apart import run_apart
from tests.servers.ladder import NoServer, climb, install
from tests.servers.postgres import PrivatePostgres
from tests.servers.process import free_port
from tests.servers.rabbitmq import PrivateRabbitMQ


@pytest.fixture
def session() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a given server nor a docker engine; the machine's own servers are passed over by their ports."""
    monkeypatch.delenv("TEST_POSTGRES_URL", raising=False)
    monkeypatch.delenv("TEST_AMQP_URL", raising=False)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")


@pytest.fixture
def postgres_binaries() -> Path:
    return postgres.binaries() or install("postgresql", postgres.binaries)


@pytest.fixture
def strict_postgres(session: ExitStack, postgres_binaries: Path) -> PrivatePostgres:
    """A PostgreSQL that asks for a password."""
    server = PrivatePostgres(postgres_binaries, password="right")
    session.callback(server.remove)
    server.start()
    return server


@pytest.fixture
def wrong_url(strict_postgres: PrivatePostgres) -> str:
    return strict_postgres.url.replace("right", "wrong")


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which this user is an administrator with an `apt-get` of the test's making: a folder of commands."""
    folder = tmp_path / "commands"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    add_command(folder, "sudo", 'shift; exec "$@"')
    return folder


def add_command(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_a_given_server_is_used(
    session: ExitStack, strict_postgres: PrivatePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_POSTGRES_URL", f"{strict_postgres.url}/")
    assert climb("PostgreSQL", postgres.steps(session), "") == strict_postgres.url


def test_a_given_server_that_does_not_work_is_not_replaced(
    session: ExitStack, wrong_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_POSTGRES_URL", wrong_url)
    with pytest.raises(NoServer, match=r"TEST_POSTGRES_URL.*InvalidPassword"):
        climb("PostgreSQL", postgres.steps(session), "")


def test_at_the_usual_place_the_credentials_that_fit_are_used(
    session: ExitStack, strict_postgres: PrivatePostgres, wrong_url: str
) -> None:
    steps = postgres.steps(session, defaults=[wrong_url, strict_postgres.url])
    assert climb("PostgreSQL", steps, "") == strict_postgres.url


def test_a_server_at_the_usual_place_that_lets_nobody_in_is_passed_over(session: ExitStack, wrong_url: str) -> None:
    url = climb("PostgreSQL", postgres.steps(session, defaults=[wrong_url]), "")
    assert url.rpartition(":")[2] != wrong_url.rpartition(":")[2]
    postgres.check(url)


def test_where_databases_may_not_be_created_tests_cannot_work(strict_postgres: PrivatePostgres) -> None:
    run_apart(postgres.execute(strict_postgres.url, "CREATE USER guest PASSWORD 'guest'"))
    with pytest.raises(PermissionError):
        postgres.check(strict_postgres.url.replace("postgres:right", "guest:guest"))


def test_a_machine_without_the_server_gets_its_package(
    session: ExitStack, debian: Path, postgres_binaries: Path, tmp_path: Path
) -> None:
    place = tmp_path / "postgresql"
    add_command(
        debian,
        "apt-get",
        f'echo "$@" >>{tmp_path}/asked; mkdir -p {place}/15; ln -s {postgres_binaries} {place}/15/bin',
    )
    postgres.check(climb("PostgreSQL", postgres.steps(session, defaults=[], debian=place), ""))
    assert (tmp_path / "asked").read_text() == "install -y --no-install-recommends postgresql\n"


def test_without_any_way_the_reasons_and_the_remedy_are_told(session: ExitStack, debian: Path) -> None:
    add_command(debian, "apt-get", "echo 'E: Unable to locate package' >&2; exit 100")
    nobody = f"postgres://postgres@127.0.0.1:{free_port()}"
    with pytest.raises(NoServer) as failure:
        climb("PostgreSQL", postgres.steps(session, defaults=[nobody], debian=debian), postgres.ADVICE)
    reasons = str(failure.value).splitlines()
    for reason, part in zip(
        reasons[1:-1],
        ("not set", "ConnectionRefused", "no docker engine", "no binaries", "Unable to locate"),
        strict=True,
    ):
        assert part in reason
    assert reasons[-1] == postgres.ADVICE


def test_a_private_server_keeps_its_data_when_it_is_killed(strict_postgres: PrivatePostgres) -> None:
    run_apart(postgres.execute(strict_postgres.url, "CREATE DATABASE kept"))
    strict_postgres.kill()
    with pytest.raises(OSError, match="Connect call failed"):
        strict_postgres.check()
    strict_postgres.start()
    run_apart(postgres.execute(f"{strict_postgres.url}/kept", "SELECT 1"))
    strict_postgres.remove()
    assert not strict_postgres.folder.exists()


def test_a_rabbitmq_of_our_own_stands_beside_one_that_lets_nobody_in(session: ExitStack) -> None:
    binaries = rabbitmq.binaries() or install("rabbitmq-server", rabbitmq.binaries)
    strict = PrivateRabbitMQ(binaries, "guest:right")
    session.callback(strict.remove)
    strict.start()
    wrong_url = strict.url.replace("right", "wrong")
    url = climb("RabbitMQ", rabbitmq.steps(session, defaults=[wrong_url]), "")
    assert url != wrong_url
    rabbitmq.check(url)
