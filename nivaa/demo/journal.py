"""What of the demo is loaded already: a line for each finished action, so that a killed load goes on where it was."""

import fcntl
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.errors import NivaaError

FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Origin:
    """What the organisation was made from; the first line keeps it, so that a load begun yesterday stays the same."""

    seed: int
    today: str
    zone: str

    @classmethod
    def of(cls, seed: int, today: date, zone: ZoneInfo) -> "Origin":
        return cls(seed, today.isoformat(), zone.key)


class Record(NamedTuple):
    """`ids`: what each finished action made, by its key."""

    origin: Origin
    ids: dict[str, str | None]


def read_journal(path: Path) -> Record | None:
    """What the journal says at this moment, also while a load is at work on it."""
    return _parsed(_whole(path.read_text().splitlines(keepends=True))) if path.exists() else None


class Journal:
    """Appended after each action; an action whose line was not written is done again, which changes nothing."""

    def __init__(self, path: Path, origin: Origin) -> None:
        """Goes on with the journal at that path, or begins it. Raises NivaaError while another process holds it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise NivaaError(f"another process is loading the demo into {path.parent}") from None
        lines = self._without_torn_end()
        self.origin, self.ids = _parsed(lines) or Record(origin, {})
        if not lines:
            self._append(asdict(origin))

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # Closing alone would not let go: a process that is being forked at this moment has the file open as well.
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._file.close()

    def note(self, key: str, made: str | None = None) -> None:
        """The action is done; `made` is the identifier of what it made."""
        self.ids[key] = made
        self._append([key, made])

    def _append(self, line: object) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def _without_torn_end(self) -> list[str]:
        self._file.seek(0)
        lines = _whole(self._file)
        self._file.truncate(sum(len(line.encode()) for line in lines))
        return lines


def _whole(lines: Iterable[str]) -> list[str]:
    """Without a last line that a kill cut short."""
    return [line for line in lines if line.endswith("\n")]


def _parsed(lines: list[str]) -> Record | None:
    if not lines:
        return None
    return Record(Origin(**json.loads(lines[0])), dict(json.loads(line) for line in lines[1:]))
