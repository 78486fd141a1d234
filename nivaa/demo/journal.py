"""What of the demo is loaded already: a line for each finished action, so that a killed load goes on where it was."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo

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


class Journal:
    """Appended after each action; an action whose line was not written is done again, which changes nothing."""

    def __init__(self, path: Path, origin: Origin) -> None:
        """Goes on with the journal at that path, or begins it."""
        lines = _whole_lines(path)
        self.origin = Origin(**json.loads(lines[0])) if lines else origin
        self.ids: dict[str, str | None] = dict(json.loads(line) for line in lines[1:])
        path.write_text("".join(lines))
        self._file = path.open("a")
        if not lines:
            self._append(asdict(origin))

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    @property
    def finished(self) -> bool:
        return FINISHED in self.ids

    def note(self, key: str, made: str | None = None) -> None:
        """The action is done; `made` is the identifier of what it made."""
        self.ids[key] = made
        self._append([key, made])

    def _append(self, line: object) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def _whole_lines(path: Path) -> list[str]:
    """Without a last one that a kill cut short."""
    if not path.exists():
        return []
    return [line for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
