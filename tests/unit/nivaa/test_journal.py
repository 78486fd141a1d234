import os
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nivaa.demo.journal import Journal, Origin
from shared.errors import NivaaError

ORIGIN = Origin.of(7, date(2026, 11, 23), ZoneInfo("Asia/Kolkata"))
LATER = Origin.of(8, date(2026, 12, 1), ZoneInfo("Europe/Lisbon"))


def test_goes_on_where_it_was_and_keeps_its_origin(tmp_path: Path) -> None:
    with Journal(tmp_path / "demo.journal", ORIGIN) as journal:
        journal.note("parent-001", "an-id")
        journal.note("approval/2026-09-01")
    with Journal(tmp_path / "demo.journal", LATER) as again:
        assert again.origin == ORIGIN
        assert again.ids == {"parent-001": "an-id", "approval/2026-09-01": None}
        again.note("parent-002", "another")
    with Journal(tmp_path / "demo.journal", LATER) as third:
        assert list(third.ids) == ["parent-001", "approval/2026-09-01", "parent-002"]


def test_forgets_a_line_that_a_kill_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "demo.journal"
    with Journal(path, ORIGIN) as journal:
        journal.note("parent-001", "an-id")
        journal.note("parent-002", "another")
    whole = path.read_text()
    for kept in range(len(whole)):
        path.write_text(whole[:kept])
        with Journal(path, ORIGIN) as torn:
            torn.note("parent-003", "third")
        with Journal(path, LATER) as reread:
            assert reread.origin == ORIGIN
            assert list(reread.ids)[-1] == "parent-003"
            assert set(reread.ids) <= {"parent-001", "parent-002", "parent-003"}


def test_two_processes_never_write_it_at_once_and_a_fork_holds_nothing_up(tmp_path: Path) -> None:
    path = tmp_path / "demo.journal"
    with Journal(path, ORIGIN) as journal:
        forked = os.dup(journal._file.fileno())  # as a process has it between fork and exec
        with pytest.raises(NivaaError, match="another process is loading the demo"):
            Journal(path, ORIGIN)
    with Journal(path, LATER) as again:
        assert again.origin == ORIGIN
    os.close(forked)
