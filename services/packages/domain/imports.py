"""Many people or sessions at a time, as other systems list them: who is meant is named by reference or id."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from services.packages.domain.people import PersonDetails, PersonKind
from services.packages.domain.references import FirstCome
from shared.errors import InvalidInput, Refusal
from shared.money import Money

LARGEST_IMPORT = 1_000
"""Lines in one import."""


Key = tuple[str, str]
"""The kind of what is named, and its external reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """`parent` names a child's parent, and nobody else's."""

    external_ref: str
    kind: PersonKind
    details: PersonDetails
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    external_ref: str
    child: str
    tutor: str
    starts_at: datetime
    duration_minutes: int
    billed_as_addon: bool = False
    addon_price: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What becomes of the good lines: all are kept if all are good; `partial` keeps them beside bad ones; `dry_run`
    keeps nothing and tells the same."""

    dry_run: bool = False
    partial: bool = False

    def keeps(self, *, some_are_bad: bool) -> bool:
        return not self.dry_run and (self.partial or not some_are_bad)


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """`line` counts from 0."""

    line: int
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """`unchanged` lines had come before. Where nothing was kept, `created` tells what would have been."""

    created: int
    unchanged: int
    refused: Sequence[RefusedLine]
    kept: bool


def check_import(lines: Sequence[object]) -> None:
    if len(lines) > LARGEST_IMPORT:
        raise InvalidInput(f"at most {LARGEST_IMPORT} lines at once, not {len(lines)}")


class NewRow(Protocol):
    """A line that could be stored. `key` is what it comes under: its reference, within its kind."""

    @property
    def id(self) -> UUID: ...

    @property
    def key(self) -> Key: ...

    @property
    def content_sha256(self) -> str: ...


NewRowT = TypeVar("NewRowT", bound=NewRow)


def judge(rows: Iterable[NewRowT | Refusal], stored: Mapping[Key, FirstCome]) -> list[NewRowT | FirstCome | Refusal]:
    """Of each line, in their order: the row when it is new, what came first when that had the same content."""
    first = dict(stored)
    return [row if isinstance(row, Refusal) else _judge_row(row, first) for row in rows]


def _judge_row(row: NewRowT, first: dict[Key, FirstCome]) -> NewRowT | FirstCome | Refusal:
    if row.key not in first:
        first[row.key] = FirstCome(row.id, row.content_sha256)
        return row
    try:
        first[row.key].confirm(row.key[1], row.content_sha256)
    except Refusal as refusal:
        return refusal
    return first[row.key]


def confirm(rows: Iterable[NewRow], stored: Mapping[Key, FirstCome]) -> None:
    """After the rows were stored: somebody else may have come first meanwhile. Raises ExternalRefReused."""
    for row in rows:
        stored[row.key].confirm(row.key[1], row.content_sha256)


def summed_up(judged: Sequence[NewRow | FirstCome | Refusal], *, kept: bool) -> Imported:
    refused = [RefusedLine(line, one) for line, one in enumerate(judged) if isinstance(one, Refusal)]
    unchanged = sum(isinstance(one, FirstCome) for one in judged)
    return Imported(created=len(judged) - unchanged - len(refused), unchanged=unchanged, refused=refused, kept=kept)
