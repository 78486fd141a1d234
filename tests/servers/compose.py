"""Servers in containers, where a docker engine answers."""

import os
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.servers.ladder import NotThisWay, Step

FILE = Path(__file__).with_name("docker-compose.yml")
PULL_AND_START_SECONDS = 300


def composed(session: ExitStack, service: str, port: int, url: Callable[[str], str]) -> Step:
    """Starts the file's `service`; `url` makes the URL of its published address."""

    def take() -> str:
        _require_engine()
        session.callback(_compose, "rm", "--force", "--stop", "--volumes", service)
        _compose("up", "--detach", "--wait", service)
        return url(_compose("port", service, str(port)).strip())

    return Step("docker compose", take)


def _require_engine() -> None:
    try:
        subprocess.run(["docker", "info"], capture_output=True, check=True, timeout=20)
        subprocess.run(["docker", "compose", "version"], capture_output=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotThisWay("no docker engine with compose answers") from error


def _compose(*arguments: str) -> str:
    """Projects of test runs side by side are told apart by the process."""
    command = ["docker", "compose", "--file", str(FILE), "--project-name", f"nivaa-tests-{os.getpid()}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PULL_AND_START_SECONDS)
    if done.returncode != 0:
        raise NotThisWay(done.stderr.strip().rpartition("\n")[2])
    return done.stdout
