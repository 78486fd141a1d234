"""What import contracts cannot say: what pure code may call, and what the federation engine and the oracle stand on."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOMAIN = sorted((ROOT / "services").glob("*/domain/**/*.py"))
FEDERATION = sorted((ROOT / "services/gateway/federation").rglob("*.py"))
ORACLE = sorted((ROOT / "tests/oracle/rules").rglob("*.py"))
CLOCK_AND_CHANCE = {"now", "utcnow", "today", "time", "monotonic", "uuid4", "uuid7", "new_id", "getenv", "open"}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_is_code_to_look_at() -> None:
    assert DOMAIN
    assert FEDERATION
    assert ORACLE


@pytest.mark.parametrize("path", DOMAIN, ids=named)
def test_domain_code_asks_neither_clock_nor_chance_nor_files(path: Path) -> None:
    assert [name for name in calls(path) if name in CLOCK_AND_CHANCE] == []


@pytest.mark.parametrize("path", DOMAIN, ids=named)
def test_domain_code_never_awaits(path: Path) -> None:
    assert not awaits(path)


@pytest.mark.parametrize("path", FEDERATION, ids=named)
def test_the_federation_engine_stands_on_graphql_core_and_msgspec(path: Path) -> None:
    """msgspec where it reads and writes JSON, which is in its execution."""
    json = ("msgspec",) if "execution" in path.parts else ()
    assert strangers(path, "graphql", *json, "services.gateway.federation") == []


@pytest.mark.parametrize("path", ORACLE, ids=named)
def test_the_oracle_shares_no_code_with_what_it_judges(path: Path) -> None:
    assert strangers(path, "tests.oracle.rules") == []


@pytest.mark.parametrize("path", FEDERATION, ids=named)
def test_only_its_execution_awaits(path: Path) -> None:
    assert "execution" in path.parts or not awaits(path)


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node.func.id


def awaits(path: Path) -> bool:
    asynchronous = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    return any(isinstance(node, asynchronous) for node in ast.walk(ast.parse(path.read_text())))


def strangers(path: Path, *known: str) -> list[str]:
    """What it imports beside the standard library and what is known."""
    allowed = tuple(f"{name}." for name in (*known, *sys.stdlib_module_names))
    return [name for name in imports(path) if not f"{name}.".startswith(allowed)]


def imports(path: Path) -> Iterator[str]:
    """Absolute names; a relative import stays inside its own package."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            yield node.module
