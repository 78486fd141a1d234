"""A ladder: ways to a server, tried in order until one gives a URL that works."""

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Check = Callable[[str], None]
"""Really connects and looks whether tests can work there; raises when they cannot."""

Find = Callable[[], Path | None]
"""The folder of a server's binaries, if the machine has them."""

Start = Callable[[Path], str]
"""Starts a server from such a folder and gives its URL."""

ROOT = Path(__file__).parents[2]


class NotThisWay(Exception):
    """This step leads nowhere; the message says why, and the next one is tried."""


class NoServer(Exception):
    """Every step failed, or one that was asked for by name did."""


@dataclass(frozen=True, slots=True)
class Step:
    """`take` gives the URL of a server that answers, or raises NotThisWay."""

    name: str
    take: Callable[[], str]


def climb(server: str, steps: Sequence[Step], advice: str) -> str:
    """The URL of the first step that holds. Raises NoServer with every step's reason and the advice."""
    reasons = []
    for step in steps:
        try:
            return step.take()
        except NotThisWay as reason:
            reasons.append(f"  {step.name}: {reason}")
    raise NoServer("\n".join([f"The tests need a real {server} and there is none:", *reasons, advice]))


def given(variable: str, check: Check) -> Step:
    """What is given by name is meant: when it does not work, nothing else is tried."""

    def take() -> str:
        url = os.environ.get(variable, "").rstrip("/")
        if not url:
            raise NotThisWay("not set")
        try:
            check(url)
        except Exception as error:
            raise NoServer(f"{variable} is set, but nothing can be done there: {told(error)}") from error
        return url

    return Step(variable, take)


def answering(urls: Sequence[str], check: Check) -> Step:
    """A server that is there already and lets us in."""

    def take() -> str:
        reasons = []
        for url in urls:
            try:
                check(url)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with this one, another may do
                reasons.append(told(error))
            else:
                return url
        raise NotThisWay("; ".join(dict.fromkeys(reasons)))

    return Step("the default port", take)


def private(find: Find, start: Start) -> Step:
    """One of our own, from binaries that the machine has."""

    def take() -> str:
        found = find()
        if found is None:
            raise NotThisWay("no binaries on this machine")
        return start(found)

    return Step("one of our own", take)


def installed(package: str, find: Find, start: Start) -> Step:
    """One of our own, from a Debian package, where this user may install it."""
    return Step(f"apt-get install {package}", lambda: start(install(package, find)))


def install(package: str, find: Find) -> Path:
    """The folder of the binaries that the package brings, of which one worker at a time asks the package manager."""
    with (Path(tempfile.gettempdir()) / f"nivaa-tests-{os.getuid()}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        return find() or _install(package, find)


def _install(package: str, find: Find) -> Path:
    script = '. setup/privilege.sh; can_install || { echo "no right to install packages" >&2; exit 1; }; install "$0"'
    done = subprocess.run(["bash", "-c", script, package], cwd=ROOT, capture_output=True, text=True, check=False)
    found = find()
    if done.returncode != 0 or found is None:
        raise NotThisWay(done.stderr.strip() or "installed, but its binaries are not where they belong")
    return found


def told(error: BaseException) -> str:
    """An error in one line."""
    return f"{type(error).__name__}: {error}".splitlines()[0]
