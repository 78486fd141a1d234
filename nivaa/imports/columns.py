"""Which columns a file has, and how the text of a cell becomes a field of the mutation's line.

docs/imports.md shows these tables; a test reads it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Fields = dict[str, Any]

_AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,4})?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
_YES_OR_NO: Mapping[str, bool] = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
KINDS = ("PARENT", "CHILD", "TUTOR")


def text(cell: str) -> str:
    return cell


def kind(cell: str) -> str:
    if cell.upper() not in KINDS:
        raise ValueError("is parent, child or tutor")
    return cell.upper()


def whole_number(cell: str) -> int:
    if not _WHOLE.fullmatch(cell):
        raise ValueError("is a whole number")
    return int(cell)


def yes_or_no(cell: str) -> bool:
    if cell.lower() not in _YES_OR_NO:
        raise ValueError("is yes or no")
    return _YES_OR_NO[cell.lower()]


def amount(cell: str) -> str:
    if not _AMOUNT.fullmatch(cell):
        raise ValueError('is an amount like "450.00"')
    return cell


@dataclass(frozen=True, slots=True)
class Column:
    """`read` raises ValueError with the rest of a sentence that begins with the column's name."""

    name: str
    field: str
    read: Callable[[str], Any] = text
    required: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of file. `key` is under what a line comes once; lines of a later `stage` need those of earlier ones."""

    mutation: str
    input_type: str
    columns: tuple[Column, ...]
    shape: Callable[[Fields], Fields]
    key: Callable[[Fields], str]
    stage: Callable[[Fields], int]


def _with_money(fields: Fields) -> Fields:
    currency = fields.pop("currency", None)
    if "addonPrice" in fields:
        fields["addonPrice"] = {"amount": fields["addonPrice"], "currency": currency}
    return fields


PEOPLE = Table(
    mutation="importPeople",
    input_type="ImportPeopleInput",
    columns=(
        Column("kind", "kind", kind),
        Column("external_ref", "externalRef"),
        Column("name", "name"),
        Column("email", "email", required=False),
        Column("phone", "phone", required=False),
        Column("parent", "parent", required=False),
    ),
    shape=lambda fields: fields,
    key=lambda fields: f"{fields['kind']} {fields['externalRef']}",
    stage=lambda fields: int(fields["kind"] == "CHILD"),
)

SESSIONS = Table(
    mutation="importSessions",
    input_type="ImportSessionsInput",
    columns=(
        Column("external_ref", "externalRef"),
        Column("child", "child"),
        Column("tutor", "tutor"),
        Column("starts_at", "startsAt"),
        Column("duration_minutes", "durationMinutes", whole_number),
        Column("billed_as_addon", "billedAsAddon", yes_or_no, required=False),
        Column("addon_price", "addonPrice", amount, required=False),
        Column("currency", "currency", required=False),
    ),
    shape=_with_money,
    key=lambda fields: f"SESSION {fields['externalRef']}",
    stage=lambda _: 0,
)
