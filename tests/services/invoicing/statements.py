"""Statements as billing sends them, for the tests of invoicing."""

from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.contracts.billing import AmountLine, ChargeLine, CycleClosed, PackageUsage, Statement, UsageLine
from shared.contracts.packages import Coverage
from shared.money import part_of

CHILDREN = ("Ira Rao", "इरा क्षत्रिय")
TUTORS = ("Meena Iyer", "ওমর ফারুক", "Søren Ångström", "வேலு தமிழ்")
COVERAGES: tuple[Coverage, ...] = ("PACKAGE", "PACKAGE", "ADDON", "OVERAGE")


def same_id(*parts: object) -> UUID:
    """One name, one identifier."""
    return uuid5(NAMESPACE_OID, "/".join(map(str, parts)))


def a_session(index: int, child: str = CHILDREN[0], coverage: Coverage = "PACKAGE") -> UsageLine:
    return UsageLine(
        session_id=same_id("session", index),
        starts_at=datetime(2026, 10, 1, 4, 30, tzinfo=UTC) + timedelta(hours=7 * index % 700),
        duration_minutes=60,
        child_id=same_id("child", child),
        child_name=child,
        tutor_name=TUTORS[index % len(TUTORS)],
        coverage=coverage,
        amount_minor=0 if coverage == "PACKAGE" else 45_000,
        late_from=None,
    )


def a_purchase(total_sessions: int = 20) -> ChargeLine:
    return ChargeLine(
        kind="PACKAGE_PURCHASE",
        description=f"Package of {total_sessions} sessions",
        session_id=None,
        package_id=same_id("package"),
        child_name=CHILDREN[0],
        date=date(2026, 10, 12),
        quantity=total_sessions,
        unit_price_minor=45_000,
        reduction_minor=90_000,
        amount_minor=total_sessions * 45_000 - 90_000,
        discount_minor=0,
        tax_minor=0,
    )


def a_lot(used: int = 3, total: int = 20) -> PackageUsage:
    return PackageUsage(
        package_id=same_id("package"),
        child_name=CHILDREN[0],
        purchased_on=date(2026, 10, 12),
        expires_on=date(2027, 3, 31),
        total_sessions=total,
        used_sessions=used,
    )


def a_statement(
    ordinal: int = 1,
    *,
    month: str = "2026-10",
    sessions: int = 8,
    parent_name: str = "Asha Rao",
    parent_id: UUID | None = None,
    children: tuple[str, ...] = CHILDREN,
    charges: list[ChargeLine] | None = None,
) -> Statement:
    taught = [a_session(i, children[i % len(children)], COVERAGES[i % len(COVERAGES)]) for i in range(sessions)]
    charged = [a_purchase()] if charges is None else charges
    subtotal_minor = sum(charge.amount_minor for charge in charged)
    discount_minor = part_of(subtotal_minor, 500)
    return Statement(
        statement_id=same_id("statement", month, ordinal),
        ordinal=ordinal,
        parent_id=parent_id or same_id("parent", ordinal),
        parent_name=parent_name,
        parent_email="asha@example.org",
        parent_phone="+91 98765 43210",
        children=list(children),
        currency="INR",
        charges=charged,
        sessions=taught,
        packages=[a_lot()],
        discounts=[AmountLine(label="Sibling discount 5 %", amount_minor=discount_minor)],
        taxes=[],
        subtotal_minor=subtotal_minor,
        discount_minor=discount_minor,
        tax_minor=0,
        total_minor=subtotal_minor - discount_minor,
    )


def a_cycle(month: str, statements: list[Statement], part_size: int = 2) -> list[CycleClosed]:
    """The parts of a closed cycle."""
    parts = [statements[start : start + part_size] for start in range(0, len(statements), part_size)]
    return [
        CycleClosed(
            cycle_id=same_id("cycle", month),
            month=month,
            closed_at=datetime(2026, 11, 1, 3, 0, tzinfo=UTC),
            part=number,
            parts=len(parts),
            statement_count=len(statements),
            statements=part,
        )
        for number, part in enumerate(parts, start=1)
    ]
