"""`nivaa import sessions`, on PostgreSQL and on SQLite: how time and memory of its process grow with the file.

Beside it, lines one after the other by `logSession` over the same gateway, as somebody would without an import; that
rate does not depend on how many there are. The command's time includes its start and the check before storing.

`python -m bench.imports 1000000` is the largest file; 100,000 lines without an argument.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from bench.databases import new_database
from nivaa.gateway import Gateway
from nivaa.tokens import mint
from services.gateway.component import COMPONENT as GATEWAY
from services.packages.component import COMPONENT as PACKAGES
from shared.auth.viewer import Role, Viewer
from shared.runtime.host import open_host
from shared.runtime.settings import Settings, load_settings

CHILDREN = 1_000
TUTORS = 50
SMALLEST = 10_000
LARGEST = 100_000
ONE_BY_ONE = 500
LOG = "mutation($input: LogSessionInput!) { logSession(input: $input) { session { id } } }"
SOMEBODY = "{ parents(first: 1) { nodes { children { id } } } tutors(first: 1) { nodes { id } } }"


@dataclass(frozen=True, slots=True)
class Run:
    lines: int
    seconds: float
    peak_mb: float

    @property
    def rate(self) -> float:
        return self.lines / self.seconds


def write_people(path: Path) -> None:
    with path.open("w") as file:
        file.write("kind,external_ref,name,parent\n")
        file.writelines(f"parent,P-{n},Parent {n},\nchild,C-{n},Child {n},P-{n}\n" for n in range(CHILDREN))
        file.writelines(f"tutor,T-{n},Tutor {n},\n" for n in range(TUTORS))


def write_sessions(path: Path, size: int) -> None:
    with path.open("w") as file:
        file.write("external_ref,child,tutor,starts_at,duration_minutes\n")
        file.writelines(
            f"{size}-{n},C-{n % CHILDREN},T-{n % TUTORS},2026-10-{n % 28 + 1:02} {n % 12 + 8:02}:00,60\n"
            for n in range(size)
        )


def run_command(settings: Mapping[str, str], kind: str, path: Path, lines: int) -> Run:
    """In a process of its own, whose peak memory the system tells when it has ended."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "nivaa", "import", kind, str(path)]
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    pid = os.posix_spawn(sys.executable, command, {**os.environ, **settings}, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    assert status == 0
    return Run(lines, time.perf_counter() - start, usage.ru_maxrss / 1024)


async def one_by_one(settings: Mapping[str, str], number: int) -> float:
    """Sessions a second."""
    async with open_host([PACKAGES, GATEWAY], env_files=(), overrides=dict(settings)) as host:
        viewer = Viewer("bench", Role.COORDINATOR)
        gateway = Gateway(host.peer("gateway"), mint(load_settings(Settings, (), dict(settings)), viewer))
        found = await gateway.ask(SOMEBODY)
        taught = {
            "childId": found["parents"]["nodes"][0]["children"][0]["id"],
            "tutorId": found["tutors"]["nodes"][0]["id"],
            "startsAt": "2026-10-02T17:00:00+05:30",
            "durationMinutes": 60,
        }
        start = time.perf_counter()
        for n in range(number):
            await gateway.ask(LOG, input={"externalRef": f"alone-{n}", **taught})
        return number / (time.perf_counter() - start)


async def measure(kind: str, settings: Mapping[str, str], folder: Path, sizes: Iterable[int]) -> dict[str, float]:
    write_people(folder / "people.csv")
    await asyncio.to_thread(run_command, settings, "people", folder / "people.csv", 0)
    alone = await one_by_one(settings, ONE_BY_ONE)
    print(f"{kind:10} {'one by one':>12} {ONE_BY_ONE:>10,} sessions {alone:>28,.0f} sessions/s")
    runs = []
    for size in sizes:
        write_sessions(folder / "sessions.csv", size)
        run = await asyncio.to_thread(run_command, settings, "sessions", folder / "sessions.csv", size)
        runs.append(run)
        print(
            f"{kind:10} {'imported':>12} {size:>10,} sessions {run.seconds:8.1f} s {run.peak_mb:6.0f} MB peak"
            f" {run.rate:>8,.0f} sessions/s"
        )
    return {
        f"import_over_one_by_one_{kind}": runs[-1].rate / alone,
        f"import_rss_growth_mb_{kind}": runs[-1].peak_mb - runs[0].peak_mb,
    }


async def main(largest: int) -> None:
    sizes = [size for size in (SMALLEST, 100_000, 1_000_000) if size <= largest]
    results: dict[str, float] = {}
    async with new_database("packages") as database:
        with TemporaryDirectory() as folder:
            on_server = {"NIVAA_DATA_DIR": f"{folder}/data", "PACKAGES_DATABASE_URL": database.config.url}
            results |= await measure("postgres", on_server, Path(folder), sizes)
    with TemporaryDirectory() as folder:
        results |= await measure("sqlite", {"NIVAA_DATA_DIR": f"{folder}/data"}, Path(folder), sizes[:2])
    print("RESULT", " ".join(f"{name}={value:.1f}" for name, value in results.items()))


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else LARGEST))
