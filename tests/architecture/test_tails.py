"""Long functions and long files are where a code base goes ugly: the tail is guarded, exception by exception."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE_LINES = 400
FUNCTION_LINES = 60


@dataclass(frozen=True, slots=True)
class Tail:
    lines: int
    reason: str


ALLOWED: dict[str, Tail] = {}
"""By path or path::function. An entry states the present length exactly, so that the list can only shrink."""


def test_no_tail_but_the_allowed_ones() -> None:
    found = {name: lines for path in sources() for name, lines in tails(path)}
    assert found == {name: tail.lines for name, tail in ALLOWED.items()}


def test_every_exception_has_a_reason() -> None:
    assert all(tail.reason for tail in ALLOWED.values())


def test_a_tail_would_be_found(tmp_path: Path) -> None:
    long = tmp_path / "long.py"
    long.write_text("def long():\n" + "    pass\n" * FILE_LINES)
    assert dict(tails(long, tmp_path)) == {"long.py": FILE_LINES + 1, "long.py::long": FILE_LINES + 1}


def sources() -> list[Path]:
    """Migrations are history, written by the generator and never edited again."""
    folders = ("shared", "services", "nivaa", "tests", "bench")
    files = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [path for path in files if "migrations" not in path.parts]


def tails(path: Path, root: Path = ROOT) -> Iterator[tuple[str, int]]:
    name, text = path.relative_to(root).as_posix(), path.read_text()
    lines = len(text.splitlines())
    if lines > FILE_LINES:
        yield name, lines
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            length = node.end_lineno - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{name}::{node.name}", length
