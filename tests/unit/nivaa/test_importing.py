"""Files brought into packages by way of the gateway: checked whole, stored as checked, finished when broken off."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from nivaa.gateway import Gateway
from nivaa.imports.columns import PEOPLE, SESSIONS, Table
from nivaa.imports.sending import ImportStopped, Tally, check, read_into, store
from nivaa.imports.spool import Spool
from services.gateway.component import COMPONENT as GATEWAY
from services.packages.component import COMPONENT as PACKAGES
from tests.asking import Asker
from tests.conftest import Hosting

PEOPLE_CSV = """\
kind,external_ref,name,email,parent
child,C-1,Ira,,P-1
child,C-2,Dev,,P-1
parent,P-1,Asha Rao,asha@example.org,
tutor,T-1,Meena,,
"""
HEADER = "external_ref,child,tutor,starts_at,duration_minutes,addon_price\n"
LISTED = "{ sessions(first: 100) { totalCount nodes { externalRef } } parents { totalCount } }"
LOG = """mutation($child: ID!, $tutor: ID!) { logSession(input: {childId: $child, tutorId: $tutor, externalRef: "S-4",
    startsAt: "2026-10-02T17:00:00+05:30", durationMinutes: 90}) { session { id } } }"""


def lessons(numbers: Iterable[int]) -> str:
    return HEADER + "".join(f"S-{n},C-{n % 2 + 1},T-1,2026-10-02 17:00,60,\n" for n in numbers)


class Desk:
    def __init__(self, asker: Asker, folder: Path) -> None:
        self._asker = asker
        self._folder = folder
        self.gateway = Gateway(asker.host.peer("gateway"), asker.token())
        self.tally = Tally()
        self.bad: list[tuple[int, str]] = []

    async def bring(self, table: Table, text: str, *, partial: bool = False, after_check: Any = None) -> None:
        """As the command does; what became of it is in `tally` and `bad`."""
        path = self._folder / "file.csv"
        path.write_text(text)
        self.tally = Tally()
        with Spool.open() as spool:
            try:
                read_into(spool, path, table, lambda _: None)
                if not partial:
                    await check(spool, self.gateway, table, lambda _: None)
                if after_check is not None:
                    await after_check(path)
                if partial or not spool.refused:
                    await store(spool, self.gateway, table, partial, self.tally, self._advance)
            finally:
                self.bad = list(spool.bad_lines())

    def _advance(self, _: int) -> None:
        """Overwritten by who breaks off."""

    async def stored(self) -> list[str]:
        sessions = (await self.ask(LISTED))["sessions"]
        return sorted(node["externalRef"] for node in sessions["nodes"])

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        return await self._asker.ask("gateway", document, **variables)


@asynccontextmanager
async def opened(hosting: Hosting, folder: Path) -> AsyncIterator[Desk]:
    async with hosting([PACKAGES, GATEWAY]) as asker:
        desk = Desk(asker, folder)
        await desk.bring(PEOPLE, PEOPLE_CSV)
        assert (desk.tally, desk.bad) == (Tally(4, 0), [])
        yield desk


async def test_a_file_twice_is_once(hosting: Hosting, tmp_path: Path) -> None:
    async with opened(hosting, tmp_path) as desk:
        await desk.bring(SESSIONS, lessons(range(50)))
        assert desk.tally == Tally(50, 0)
        await desk.bring(SESSIONS, lessons(range(60)))
        await desk.bring(PEOPLE, PEOPLE_CSV)
        assert (desk.tally, len(await desk.stored())) == (Tally(0, 4), 60)


async def test_one_bad_line_anywhere_and_nothing_is_stored(
    hosting: Hosting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nivaa.imports.spool.BATCH_LINES", 5)
    text = lessons(range(20)) + "S-20,C-9,T-1,2026-10-02 17:00,60,\nS-21,C-1,T-1,2026-10-02 17:00,61,-1\nS-3,C-1\n"
    async with opened(hosting, tmp_path) as desk:
        await desk.bring(SESSIONS, text)
        assert [number for number, _ in desk.bad] == [22, 23, 24]
        assert (desk.tally, await desk.stored()) == (Tally(), [])
        await desk.bring(SESSIONS, text, partial=True)
        assert [number for number, _ in desk.bad] == [22, 23, 24]
        assert (desk.tally, len(await desk.stored())) == (Tally(20, 0), 20)


async def test_bad_people_keep_their_children_out(hosting: Hosting, tmp_path: Path) -> None:
    text = PEOPLE_CSV + "parent,P-2,Banu,nobody,\nchild,C-3,Kabir,,P-2\nchild,C-4,Zara,,P-9\n"
    async with opened(hosting, tmp_path) as desk:
        await desk.bring(PEOPLE, text)
        assert desk.bad == [(6, "not an email address: 'nobody'"), (8, "no parent 'P-9'")]
        await desk.bring(PEOPLE, text, partial=True)
        assert [reason for _, reason in desk.bad][1:] == ["no parent 'P-2'", "no parent 'P-9'"]
        assert (await desk.ask(LISTED))["parents"]["totalCount"] == 1


async def test_what_is_stored_is_what_was_checked(hosting: Hosting, tmp_path: Path) -> None:
    async def rewrite(path: Path) -> None:
        path.write_text("something else")  # noqa: ASYNC240 - nobody waits meanwhile

    async with opened(hosting, tmp_path) as desk:
        await desk.bring(SESSIONS, lessons(range(7)), after_check=rewrite)
        assert len(await desk.stored()) == 7


async def test_what_changes_in_between_stops_it_and_the_next_one_finishes(
    hosting: Hosting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nivaa.imports.spool.BATCH_LINES", 3)

    async def somebody_else(_: Path) -> None:
        people = await desk.ask("{ parents { nodes { children { id } } } tutors { nodes { id } } }")
        child = people["parents"]["nodes"][0]["children"][0]["id"]
        await desk.ask(LOG, child=child, tutor=people["tutors"]["nodes"][0]["id"])

    async with opened(hosting, tmp_path) as desk:
        with pytest.raises(ImportStopped):
            await desk.bring(SESSIONS, lessons(range(10)), after_check=somebody_else)
        assert desk.bad == [(6, "S-4 came before with other content")]
        assert (desk.tally, await desk.stored()) == (Tally(3, 0), ["S-0", "S-1", "S-2", "S-4"])
        await desk.bring(SESSIONS, lessons(n for n in range(10) if n != 4))
        assert (desk.tally, len(await desk.stored())) == (Tally(6, 3), 10)


async def test_what_was_broken_off_is_finished_by_the_next_one(
    hosting: Hosting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nivaa.imports.spool.BATCH_LINES", 4)

    def break_off(_: int) -> None:
        if desk.tally.stored == 8:
            raise KeyboardInterrupt

    async with opened(hosting, tmp_path) as desk:
        monkeypatch.setattr(desk, "_advance", break_off)
        with pytest.raises(KeyboardInterrupt):
            await desk.bring(SESSIONS, lessons(range(20)))
        monkeypatch.undo()
        assert len(await desk.stored()) == 8
        await desk.bring(SESSIONS, lessons(range(20)))
        assert (desk.tally, len(await desk.stored())) == (Tally(12, 8), 20)


def nivaa(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(Path.cwd()), "PATH": os.environ["PATH"], "COLUMNS": "200"}
    command = [sys.executable, "-m", "nivaa", "import", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE_CSV)
    (tmp_path / "sessions.csv").write_text(lessons(range(3)) + "S-3,C-9,T-1,2027-02-29 17:00,60,\n")
    (tmp_path / "empty.csv").write_text("")
    people = nivaa(tmp_path, "people", "people.csv")
    assert (people.returncode, people.stderr) == (0, "")
    assert "people.csv: 4 new, 0 known before, 0 bad." in people.stdout
    refused = nivaa(tmp_path, "sessions", "sessions.csv")
    assert refused.returncode == 1
    assert refused.stderr.startswith("line 5: no such start as 2027-02-29 17:00")
    assert "Nothing was stored." in refused.stderr
    for unusable, complaint in (("empty.csv", "names no columns"), ("nowhere.csv", "does not exist")):
        done = nivaa(tmp_path, "sessions", unusable)
        assert done.returncode == 2
        assert complaint in done.stderr
