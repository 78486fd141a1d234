"""pgbench, running the statements that the product runs.

They are recorded while the use case works once, with their parameters. In the script, a parameter that is an
identifier is told from the transaction's number; every other one keeps its value. So pgbench decides nothing, and
all that PostgreSQL has to do is the same.
"""

import logging
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from bench.logged_sessions import FAMILIES, FIRST, PACKAGE, PARENT
from shared.database.postgres import KEPT_PLANS

THREADS = 2
PLANS = {"PGOPTIONS": " ".join(f"-c {name}={value}" for name, value in KEPT_PLANS.items())}
"""What the use case's transaction begins with, at no cost for pgbench, which cannot have it in one round trip."""

_PARAMETER = re.compile(r"\$(\d+)")
_RATE = re.compile(r"^tps = ([0-9.]+) ", re.MULTILINE)
_OF_A_FAMILY = (PARENT.prefix, PACKAGE.prefix)


class PgbenchMissing(Exception):
    """There is no pgbench on this machine: it comes with PostgreSQL's server (Debian: the package postgresql)."""


@dataclass(frozen=True)
class Statement:
    """One that the product ran, and what it gave for $1, $2 and so on."""

    text: str
    parameters: Sequence[object]


class _Recorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.statements: list[Statement] = []

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, tuple) and len(record.args) == 2:
            text, parameters = record.args
            assert isinstance(parameters, list)
            self.statements.append(Statement(str(text), parameters))


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """The statements of one transaction, as they go to the server. All but its BEGIN and COMMIT, which nobody logs."""
    logger, recorder = logging.getLogger("tortoise.db_client"), _Recorder()
    level = logger.level
    logger.addHandler(recorder)
    logger.setLevel(logging.DEBUG)
    try:
        yield recorder.statements
    finally:
        logger.removeHandler(recorder)
        logger.setLevel(level)


@dataclass(frozen=True)
class Script:
    """One transaction after the other, each about the next session; and what its variables are."""

    text: str
    variables: dict[str, str]


def script_of(statements: Sequence[Statement]) -> Script:
    variables: dict[str, str] = {}
    lines = [
        f"\\set number {FIRST} + :first + :client_id * :each + :done",
        f"\\set family {FIRST} + :number % {FAMILIES}",
        "\\set done :done + 1",
        "BEGIN;",
        *(_spoken(statement, variables) for statement in statements),
        "COMMIT;",
    ]
    return Script("\n".join(lines) + "\n", variables)


def _spoken(statement: Statement, variables: dict[str, str]) -> str:
    def parameter(found: re.Match[str]) -> str:
        return _expression(statement.parameters[int(found[1]) - 1], variables)

    return _PARAMETER.sub(parameter, statement.text.strip()) + ";"


def _expression(value: object, variables: dict[str, str]) -> str:
    if isinstance(value, list):
        (element,) = value
        return f"ARRAY[{_expression(element, variables)}]"
    if value is None:
        return "NULL"
    if isinstance(value, UUID):
        prefix = str(value)[:24]
        return f"('{prefix}' || :{'family' if prefix in _OF_A_FAMILY else 'number'})::uuid"
    name = f"value_{len(variables)}"
    variables[name] = str(value)
    return f":{name}"


def find_pgbench() -> str:
    """Raises PgbenchMissing."""
    folders = [os.environ.get("PATH", ""), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))]
    found = shutil.which("pgbench", path=os.pathsep.join(folders))
    if found is None:
        raise PgbenchMissing(PgbenchMissing.__doc__)
    return found


def run_pgbench(pgbench: str, url: str, script: Script, *, clients: int, first: int, number: int) -> float:
    """Transactions a second, for so many sessions from the first."""
    each = number // clients
    variables = script.variables | {"first": str(first), "each": str(each), "done": "0"}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "approve.sql"
        file.write_text(script.text)
        work = ["--client", str(clients), "--jobs", str(THREADS), "--transactions", str(each), "--file", str(file)]
        values = [f"--define={name}={value}" for name, value in variables.items()]
        command = [pgbench, "--no-vacuum", "--protocol", "prepared", *work, *values, url]
        printed = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | PLANS).stdout
    rate = _RATE.search(printed)
    assert rate is not None, printed
    return float(rate[1])
