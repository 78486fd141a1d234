"""Sessions that wait for their approval, spread evenly over families with a package each.

Everything has an identifier that is told from its number, so that pgbench can tell it too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from shared.database.database import Database

FAMILIES = 2_000
FIRST = 10**11
"""Identifiers end in twelve digits of a number that begins with this one."""
MONTH = "2026-10"
AT = datetime(2026, 10, 5, 10, 0, tzinfo=UTC)
PACKAGE_SIZE = 10**6
"""So large that no family comes near its line."""
STORED_AT_ONCE = 10_000
UNUSED_DIGEST = "0" * 64

_PEOPLE = """
    INSERT INTO person (id, kind, parent_id, name, name_folded, content_sha256, created_at, version)
    SELECT * FROM unnest($1::uuid[], $2::varchar[], $3::uuid[], $4::varchar[], $5::varchar[], $6::varchar[],
                         $7::timestamptz[], $8::int[])
"""
_PACKAGES = """
    INSERT INTO session_package (id, parent_id, total_sessions, used_sessions, expired_sessions,
        price_per_session_minor, discount_minor, currency, goodwill, purchased_at, purchased_on, month)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::int[], $6::bigint[], $7::bigint[],
                         $8::varchar[], $9::bool[], $10::timestamptz[], $11::date[], $12::varchar[])
"""
_SESSIONS = """
    INSERT INTO session (id, child_id, parent_id, tutor_id, starts_at, duration_minutes, billed_as_addon, currency,
        status, content_sha256, logged_at, logged_by)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::int[], $7::bool[],
                         $8::varchar[], $9::varchar[], $10::varchar[], $11::timestamptz[], $12::varchar[])
"""


@dataclass(frozen=True)
class Kind:
    """What identifiers of one kind begin with."""

    prefix: str

    def id(self, number: int) -> UUID:
        return UUID(f"{self.prefix}{FIRST + number}")


PARENT = Kind("01990000-0000-7000-8001-")
CHILD = Kind("01990000-0000-7000-8002-")
TUTOR = Kind("01990000-0000-7000-8003-")
PACKAGE = Kind("01990000-0000-7000-8004-")
SESSION = Kind("01990000-0000-7000-8005-")


async def store_logged_sessions(packages: Database, number: int) -> None:
    async with packages.transaction() as transaction:
        await transaction.execute("INSERT INTO period (month) VALUES ($1)", MONTH)
        await transaction.execute_set(_PEOPLE, [_person(TUTOR, 0), *(_person(PARENT, n) for n in range(FAMILIES))])
        await transaction.execute_set(_PEOPLE, [_person(CHILD, n) for n in range(FAMILIES)])
        await transaction.execute_set(_PACKAGES, [_package(n) for n in range(FAMILIES)])
    for start in range(0, number, STORED_AT_ONCE):
        await packages.execute_set(_SESSIONS, list(_sessions(range(start, min(start + STORED_AT_ONCE, number)))))
    for table in ("person", "session", "session_package"):
        await packages.execute(f"VACUUM ANALYZE {table}")


def _person(kind: Kind, number: int) -> tuple[object, ...]:
    name = {PARENT: "PARENT", CHILD: "CHILD", TUTOR: "TUTOR"}[kind]
    parent_id = PARENT.id(number) if kind is CHILD else None
    return (kind.id(number), name, parent_id, f"{name} {number}", f"{name} {number}".lower(), UNUSED_DIGEST, AT, 1)


def _package(number: int) -> tuple[object, ...]:
    bought = (AT, date(2026, 10, 5), MONTH)
    return (PACKAGE.id(number), PARENT.id(number), PACKAGE_SIZE, 0, 0, 50_000, 0, "INR", False, *bought)


def _sessions(numbers: Iterable[int]) -> Iterable[tuple[object, ...]]:
    for number in numbers:
        family = number % FAMILIES
        taught = (CHILD.id(family), PARENT.id(family), TUTOR.id(0), AT + timedelta(hours=number // FAMILIES), 60)
        yield (SESSION.id(number), *taught, False, "INR", "LOGGED", UNUSED_DIGEST, AT, "a tutor")
