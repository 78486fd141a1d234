"""How far a month has come, as one bar and one sentence."""

from dataclasses import asdict, dataclass
from typing import Any

from services.gateway.workspaces.words import counted

_COLLECTING, _CALCULATING, _RENDERING = 5, 40, 50
"""Where each phase begins on the way to 100."""
_WAITING = "Waiting for all sessions to arrive …"


@dataclass(frozen=True, slots=True)
class Progress:
    percent: int
    words: str
    is_done: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def progress_of(told: dict[str, Any]) -> Progress:
    """Of what `cycleProgress` tells."""
    match told["phase"]:
        case "COLLECTING":
            return _collecting(told)
        case "CALCULATING":
            return Progress(_CALCULATING, "Computing statements and payouts …")
        case "RENDERING":
            return _rendering(told["statements"] or 0, told["documents"])
        case "DONE":
            return _done(told["statements"] or 0, told["documents"])
    return Progress(0, "Not begun.")


def progress_of_cycle(cycle: dict[str, Any] | None, *, is_begun: bool) -> Progress | None:
    """Of a month as a query answers it, for pages that are loaded again; None where nothing is under way."""
    if cycle is None or cycle["status"] == "OPEN":
        return Progress(_COLLECTING, _WAITING) if is_begun else None
    if cycle["status"] == "CLOSING":
        return Progress(_CALCULATING, "Computing statements and payouts …")
    statements, documents = cycle["statementsCount"] or 0, cycle["documents"]
    if documents["queued"] or documents["rendered"] + documents["failed"] < statements:
        return _rendering(statements, documents)
    return _done(statements, documents) if is_begun else None


def _collecting(told: dict[str, Any]) -> Progress:
    expected, arrived = told["sessionsExpected"], told["sessionsCounted"]
    if not expected:
        return Progress(_COLLECTING, (told["missing"] or {}).get("message") or _WAITING)
    part = _share(arrived, expected, _CALCULATING - _COLLECTING)
    return Progress(_COLLECTING + part, f"{arrived} of {counted(expected, 'session')} arrived …")


def _rendering(statements: int, documents: dict[str, int]) -> Progress:
    drawn = documents["rendered"] + documents["failed"]
    part = _share(drawn, statements, 100 - _RENDERING)
    return Progress(_RENDERING + part, f"{drawn} of {counted(statements, 'invoice')} drawn …")


def _done(statements: int, documents: dict[str, int]) -> Progress:
    failed = f" {documents['failed']} could not be drawn." if documents["failed"] else ""
    return Progress(100, f"Closed, with {counted(statements, 'invoice')}.{failed}", is_done=True)


def _share(done: int, total: int, of: int) -> int:
    return min(of, of * done // total) if total else of
