"""The packages service as billing knows it: facts in, seals out. It keeps what it said, so that a seal is true."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.contracts import Contract
from shared.contracts.packages import (
    Coverage,
    PackagePurchased,
    PeriodSealed,
    PersonChanged,
    PersonKind,
    SessionApproved,
    SessionReversed,
)
from shared.ids import new_id

KOLKATA = ZoneInfo("Asia/Kolkata")


def at(text: str) -> datetime:
    """An instant by the clock on the organisation's wall."""
    return datetime.fromisoformat(text).replace(tzinfo=KOLKATA)


@dataclass
class PackagesSide:
    approvals: list[SessionApproved] = field(default_factory=list)
    reversals: list[SessionReversed] = field(default_factory=list)
    purchases: list[PackagePurchased] = field(default_factory=list)
    people: list[PersonChanged] = field(default_factory=list)
    sealed_along: dict[str, list[str]] = field(default_factory=dict)

    def facts(self) -> list[Contract]:
        return [*self.people, *self.purchases, *self.approvals, *self.reversals]

    def person(self, name: str, kind: PersonKind, parent_id: UUID | None = None) -> UUID:
        person_id = new_id()
        self.people.append(
            PersonChanged(
                person_id=person_id,
                kind=kind,
                parent_id=parent_id,
                name=name,
                email=None,
                phone=None,
                version=1,
            )
        )
        return person_id

    def sell(
        self,
        parent_id: UUID,
        sessions: int,
        price_minor: int,
        on: date,
        *,
        child_id: UUID | None = None,
        discount_minor: int = 0,
        month: str | None = None,
        goodwill: bool = False,
        expires_on: date | None = None,
    ) -> UUID:
        package_id = new_id()
        self.purchases.append(
            PackagePurchased(
                package_id=package_id,
                parent_id=parent_id,
                child_id=child_id,
                total_sessions=sessions,
                price_per_session_minor=price_minor,
                discount_minor=discount_minor,
                currency="INR",
                goodwill=goodwill,
                purchased_at=datetime(on.year, on.month, on.day, 9, tzinfo=KOLKATA),
                purchased_on=on,
                expires_on=expires_on,
                month=month or f"{on:%Y-%m}",
            )
        )
        return package_id

    def approve(
        self,
        family: tuple[UUID, UUID],
        tutor_id: UUID,
        starts_at: datetime,
        coverage: Coverage,
        price_minor: int = 0,
        *,
        package_id: UUID | None = None,
        month: str | None = None,
    ) -> UUID:
        """`family` is the parent and the child."""
        session_id = new_id()
        day = starts_at.astimezone(KOLKATA).date()
        self.approvals.append(
            SessionApproved(
                session_id=session_id,
                parent_id=family[0],
                child_id=family[1],
                tutor_id=tutor_id,
                starts_at=starts_at,
                session_date=day,
                duration_minutes=60,
                coverage=coverage,
                package_id=package_id,
                price_minor=price_minor,
                currency="INR",
                month=month or f"{day:%Y-%m}",
                approved_at=starts_at,
            )
        )
        return session_id

    def reverse(self, session_id: UUID, month: str) -> None:
        approval = next(each for each in self.approvals if each.session_id == session_id)
        self.reversals.append(
            SessionReversed(
                session_id=session_id,
                parent_id=approval.parent_id,
                child_id=approval.child_id,
                tutor_id=approval.tutor_id,
                package_id=approval.package_id,
                reason="cancelled after all",
                month=month,
                reversed_at=approval.approved_at,
            )
        )

    def seal(self, month: str) -> PeriodSealed:
        approvals = [each for each in self.approvals if each.month == month]
        purchases = [each for each in self.purchases if each.month == month]
        return PeriodSealed(
            month=month,
            approvals=len(approvals),
            reversals=sum(each.month == month for each in self.reversals),
            purchases=len(purchases),
            sum_minor=sum(each.price_minor for each in approvals) + sum(map(_cost, purchases)),
            sealed_at=at(f"{month}-28 12:00"),
            earlier=self.sealed_along.get(month, []),
        )


def _cost(purchase: PackagePurchased) -> int:
    if purchase.goodwill:
        return 0
    return purchase.total_sessions * purchase.price_per_session_minor - purchase.discount_minor


@dataclass(frozen=True)
class WorkedMonth:
    """DOMAIN.md section 8 up to the end of October, with September before it."""

    packages: PackagesSide
    asha: UUID
    ira: UUID
    dev: UUID
    meena: UUID
    omar: UUID
    lot_a: UUID
    lot_b: UUID
    october_10: UUID


def worked_month() -> WorkedMonth:
    packages = PackagesSide()
    asha = packages.person("Asha Rao", "PARENT")
    ira, dev = packages.person("Ira", "CHILD", asha), packages.person("Dev", "CHILD", asha)
    meena, omar = packages.person("Meena", "TUTOR"), packages.person("Omar", "TUTOR")
    iras, devs = (asha, ira), (asha, dev)
    a = packages.sell(asha, 10, 50_000, date(2026, 9, 20))
    for day in range(21, 28):
        packages.approve(iras, meena, at(f"2026-09-{day} 17:00"), "PACKAGE", package_id=a)
    packages.approve(iras, meena, at("2026-10-02 17:00"), "PACKAGE", package_id=a)
    packages.approve(devs, meena, at("2026-10-05 17:00"), "PACKAGE", package_id=a)
    packages.approve(devs, omar, at("2026-10-09 17:00"), "PACKAGE", package_id=a)
    october_10 = packages.approve(iras, meena, at("2026-10-10 17:00"), "OVERAGE", 50_000)
    b = packages.sell(asha, 20, 45_000, date(2026, 10, 12), child_id=ira, discount_minor=90_000)
    packages.approve(iras, meena, at("2026-10-15 17:00"), "PACKAGE", package_id=b)
    packages.approve(devs, omar, at("2026-10-20 17:00"), "OVERAGE", 45_000)
    packages.approve(iras, meena, at("2026-10-31 23:30"), "ADDON", 45_000)
    packages.approve(iras, meena, at("2026-11-01 00:10"), "PACKAGE", package_id=b)
    return WorkedMonth(packages, asha, ira, dev, meena, omar, a, b, october_10)


def shuffled_twice(facts: Sequence[Contract]) -> list[Contract]:
    """Everything two times, the second round backwards: reversals come before approvals, approvals before people."""
    return [*reversed(facts), *facts]
