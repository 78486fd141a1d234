"""What is secret is made once, and read by whom it is for."""

import stat
import subprocess
import sys
from pathlib import Path

from deploy.make_secrets import make_secrets

ISSUED = "issued"


def contents(folder: Path) -> dict[Path, str]:
    return {path: path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_by_its_command_they_are_made_once_and_what_is_lost_again(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deploy.make_secrets", str(tmp_path)]
    subprocess.run(command, check=True)
    before = contents(tmp_path)
    (tmp_path / "billing/BILLING_DATABASE_PASSWORD").unlink()
    subprocess.run(command, check=True)
    assert contents(tmp_path) == before


def test_another_place_has_other_ones(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        make_secrets(folder)
    issued = contents(one / ISSUED)
    assert len(issued) == len(set(issued.values())), "no two are alike"
    assert all(len(secret) >= 32 for secret in issued.values())
    assert not set(issued.values()) & set(contents(other / ISSUED).values())


def test_a_container_reads_its_own_as_whatever_user_and_nobody_all_of_them(tmp_path: Path) -> None:
    """A container sees its own folder only; nothing mounts the one that they are issued from."""
    make_secrets(tmp_path)
    for path in contents(tmp_path):
        others_read = bool(path.stat().st_mode & stat.S_IROTH)
        assert others_read == (path.parent.name != ISSUED), path
