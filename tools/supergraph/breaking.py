"""Whether the public schema has changed so that operations of clients break, by graphql-core's own judgement.

It is compared with the one before: where `SCHEMA_BASE` names a revision, such as the main branch for a proposal, with
that one's; otherwise with the last committed one that is another. What is meant is on record in docs/breaking.md.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from graphql import find_breaking_changes

from services.gateway.federation import load_supergraph
from tools.supergraph.subgraphs import SUPERGRAPH

RECORD = Path(__file__).parents[2] / "docs" / "breaking.md"
_ROW = re.compile(r"^\| \d{4}-\d\d-\d\d \| `(.+)` \|", re.MULTILINE)


class NothingBefore(Exception):
    """There is no schema to compare with; the message says why."""


def breaking_changes(before: str, after: str) -> set[str]:
    """Between two supergraphs, in graphql-core's words."""
    old, new = (load_supergraph(text).api_schema for text in (before, after))
    return {change.description for change in find_breaking_changes(old, new)}


def recorded() -> set[str]:
    """The changes that are meant to break clients."""
    return set(_ROW.findall(RECORD.read_text()))


def supergraph_before(file: Path = SUPERGRAPH) -> str:
    """Raises NothingBefore; ValueError when SCHEMA_BASE names nothing."""
    base = os.environ.get("SCHEMA_BASE")
    if base:
        return _of_base(file, base)
    now = file.read_text()
    before = next((text for text in _committed(file) if text != now), None)
    if before is not None:
        return before
    if _git(file, "rev-parse", "--is-shallow-repository").strip() == "true":
        raise NothingBefore("the clone is shallow: what the schema was before is not in it")
    raise NothingBefore("no other schema was ever committed")


def _of_base(file: Path, base: str) -> str:
    try:
        return _shown(file, base)
    except NothingBefore as reason:
        raise ValueError(f"SCHEMA_BASE is {base}: {reason}") from reason


def _committed(file: Path) -> Iterator[str]:
    """The newest first."""
    return (_shown(file, commit) for commit in _git(file, "rev-list", "HEAD", "--", file.name).split())


def _shown(file: Path, revision: str) -> str:
    return _git(file, "show", f"{revision}:./{file.name}")


def _git(file: Path, *arguments: str) -> str:
    git = shutil.which("git")
    if git is None:
        raise NothingBefore("there is no git here")
    done = subprocess.run(  # noqa: S603 - our own arguments, and the revision that whoever runs it has named
        [git, *arguments], cwd=file.parent, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NothingBefore(done.stderr.strip())
    return done.stdout
