"""An organisation's two months, the same each time: September with a tenth of October's sessions, and October.

Each parent has about ten sessions in October and twenty tutors share what a thousand parents' children take. Most
sessions are covered by a lot bought in August; half of the parents buy another. There are add-ons and sessions beyond
the lots, late ones, reversals within a month and of the month before, discounts of both kinds, rates that change on the
15th, and deductions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from shared.period import Month

SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)
BEFORE = datetime(2026, 8, 1, 6, 0, tzinfo=UTC)
SESSIONS_A_PARENT = 10
PARENTS_A_TUTOR = 20
INDIA = timedelta(hours=5, minutes=30)

Rows = Iterator[tuple[object, ...]]

NAMES = ["Asha Rao", "Meena Iyer", 'Omar "Bunty" Khan', "Zoë D’Souza", "अनिता देशपांडे", "Ravi\\Nair"]


@dataclass(frozen=True, slots=True)
class Family:
    parent_id: UUID
    children: tuple[UUID, ...]
    tutors: tuple[UUID, ...]
    lot: UUID


@dataclass
class Organisation:
    """Rows in the order of their tables' columns in bench/loading.py."""

    sessions: int
    random: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - the same each time is what is wanted
    families: list[Family] = field(default_factory=list)
    tutors: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        parents = self.sessions // SESSIONS_A_PARENT
        self.tutors = [self._id(BEFORE) for _ in range(parents // PARENTS_A_TUTOR)]
        self.families = [self._family(number) for number in range(parents)]

    def _id(self, at: datetime) -> UUID:
        """Sorts by its time, as the product's own identifiers do."""
        return UUID(int=int(at.timestamp() * 1000) << 80 | 0x7 << 76 | self.random.getrandbits(74) | 0x2 << 62)

    def _family(self, number: int) -> Family:
        children = tuple(self._id(BEFORE) for _ in range(1 + number % 3))
        tutors = tuple(self.random.choices(self.tutors, k=2))
        return Family(self._id(BEFORE), children, tutors, self._id(BEFORE))

    def people(self) -> Rows:
        for number, tutor_id in enumerate(self.tutors):
            yield tutor_id, "TUTOR", None, f"{self._name()} {number}", None, None, 1
        for number, family in enumerate(self.families):
            yield family.parent_id, "PARENT", None, f"{self._name()} {number}", f"p{number}@example.org", None, 1
            for child_id in family.children:
                yield child_id, "CHILD", family.parent_id, self._name(), None, None, 1

    def _name(self) -> str:
        return self.random.choice(NAMES)

    def lots(self) -> Rows:
        """Bought before anything here was billed."""
        for number, family in enumerate(self.families):
            size, expires = 40 + number % 30, None if number % 4 else date(2026, 12, 31)
            price = (size, 40_000 + number % 100 * 100, 0, "INR", number % 50 == 0)
            yield family.lot, family.parent_id, None, *price, BEFORE, BEFORE.date(), expires, "2026-08"

    def purchases(self, month: Month) -> Rows:
        """Half of the parents buy one, some of them reduced, some bound to a child, some for nothing."""
        for number, family in enumerate(self.families[: self._parents_in(month)]):
            if number % 2:
                at = self._instant(month, self.random.random())
                child_id = family.children[0] if number % 5 == 0 else None
                reduction = 10_000 if number % 7 == 0 else 0
                price = (10 + number % 11, 45_000, reduction, "INR", number % 101 == 0)
                day = (at + INDIA).date()
                yield self._id(at), family.parent_id, child_id, *price, at, day, None, str(month)

    def approvals(self, month: Month) -> Rows:
        """In the order of their days, whosever they are."""
        parents, sessions = self._parents_in(month), self._sessions_in(month)
        for number in range(sessions):
            family = self.families[self.random.randrange(parents)]
            starts_at = self._instant(month, number / sessions)
            session_id, approved_at = self._id(starts_at), starts_at + timedelta(hours=3)
            if number % 100 == 0:
                starts_at -= timedelta(days=31)
            who = (family.parent_id, self.random.choice(family.children), self.random.choice(family.tutors))
            when = (starts_at, (starts_at + INDIA).date(), 60)
            yield session_id, *who, *when, *self._coverage(family), "INR", str(month), approved_at

    def _coverage(self, family: Family) -> tuple[str, UUID | None, int]:
        chance = self.random.random()
        if chance < 0.92:
            return "PACKAGE", family.lot, 0
        return ("OVERAGE" if chance < 0.97 else "ADDON"), None, 45_000 + self.random.randrange(10) * 500

    def rates(self) -> Rows:
        by = ("INR", BEFORE, "coordinator")
        for number, tutor_id in enumerate(self.tutors):
            addon = 35_000 if number % 5 == 0 else None
            yield self._id(BEFORE), tutor_id, date(2026, 1, 1), 28_000 + number % 40 * 100, addon, *by
            if number % 5 < 2:
                yield self._id(BEFORE), tutor_id, date(2026, 10, 15), 32_000, addon, *by

    def discount_rules(self) -> Rows:
        by = (BEFORE, "coordinator")
        for number, family in enumerate(self.families):
            if number % 10 == 1:
                percent = ("PERCENT", 500 + number % 4 * 250, "Sibling discount")
                yield self._id(BEFORE), family.parent_id, *percent, date(2026, 1, 1), date(2026, 12, 31), *by
            if number % 20 == 1:
                yield self._id(BEFORE), family.parent_id, "FIXED", 25_001, "Founders", date(2026, 1, 1), None, *by

    def deductions(self) -> Rows:
        for tutor_id in self.tutors[::20]:
            yield self._id(BEFORE), tutor_id, "2026-10", "Materials", 10_000, "INR", BEFORE, "coordinator"

    def _parents_in(self, month: Month) -> int:
        return self._sessions_in(month) // SESSIONS_A_PARENT

    def _sessions_in(self, month: Month) -> int:
        return self.sessions if month == OCTOBER else self.sessions // 10

    def _instant(self, month: Month, part: float) -> datetime:
        """Within the month at that part of it, by Indian time."""
        start = datetime(month.year, month.number, 1, tzinfo=UTC) - INDIA
        return start + timedelta(minutes=int(part * (month.last_day.day * 24 * 60 - 1)))
