"""One parent's month as it is found, and the statement that comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from services.billing.domain.charges import Charge, late_from
from services.billing.domain.lots import Lot
from services.billing.domain.statements import Bill, DiscountRule, Line, NamedAmount
from shared.contracts import billing as wire
from shared.contracts.packages import Coverage
from shared.period import Month


@dataclass(slots=True)
class Account:
    """A parent's charges and discount rules of one month."""

    charges: list[Charge] = field(default_factory=list)
    rules: list[DiscountRule] = field(default_factory=list)


class BilledSession(NamedTuple):
    """An approved session that the month bills."""

    parent_id: UUID
    session_id: UUID
    child_id: UUID
    tutor_id: UUID
    starts_at: datetime
    session_date: date
    duration_minutes: int
    coverage: Coverage
    price_minor: int


@dataclass(slots=True)
class Usage:
    """What a parent's statement lists below the charges: every session of the month, and the lots as they stood."""

    sessions: list[BilledSession] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)


class Contact(NamedTuple):
    """A person as the documents name them."""

    name: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """Who is who among some parents: their families, the tutors of the month, and each parent's children."""

    people: Mapping[UUID, Contact]
    tutors: Mapping[UUID, str]
    children: Mapping[UUID, Sequence[str]]

    def name_of(self, person_id: UUID | None) -> str | None:
        return None if person_id is None else self.people[person_id].name


@dataclass(frozen=True, slots=True)
class Statement:
    """A parent's statement; `ordinal` counts from 1 within the cycle."""

    statement_id: UUID
    ordinal: int
    parent_id: UUID
    bill: Bill

    def on_the_wire(self, month: Month, currency: str, usage: Usage, directory: Directory) -> wire.Statement:
        parent = directory.people[self.parent_id]
        return wire.Statement(
            statement_id=self.statement_id,
            ordinal=self.ordinal,
            parent_id=self.parent_id,
            parent_name=parent.name,
            parent_email=parent.email,
            parent_phone=parent.phone,
            children=list(directory.children.get(self.parent_id, ())),
            currency=currency,
            charges=[_charge_line(line, directory) for line in self.bill.lines],
            sessions=[_usage_line(session, month, directory) for session in usage.sessions],
            packages=[_package_usage(lot, directory) for lot in usage.lots],
            discounts=_amount_lines(self.bill.discounts),
            taxes=_amount_lines(self.bill.taxes),
            subtotal_minor=self.bill.subtotal_minor,
            discount_minor=self.bill.discount_minor,
            tax_minor=self.bill.tax_minor,
            total_minor=self.bill.total_minor,
        )


def _charge_line(line: Line, directory: Directory) -> wire.ChargeLine:
    charge = line.charge
    return wire.ChargeLine(
        kind=charge.kind,
        description=charge.description,
        session_id=charge.session_id,
        package_id=charge.package_id,
        child_name=directory.name_of(charge.child_id),
        date=charge.day,
        quantity=charge.quantity,
        unit_price_minor=charge.unit_price_minor,
        reduction_minor=charge.reduction_minor,
        amount_minor=charge.amount_minor,
        discount_minor=line.discount_minor,
        tax_minor=line.tax_minor,
    )


def _usage_line(session: BilledSession, month: Month, directory: Directory) -> wire.UsageLine:
    return wire.UsageLine(
        session_id=session.session_id,
        starts_at=session.starts_at,
        duration_minutes=session.duration_minutes,
        child_id=session.child_id,
        child_name=directory.people[session.child_id].name,
        tutor_name=directory.tutors[session.tutor_id],
        coverage=session.coverage,
        amount_minor=session.price_minor,
        late_from=late_from(session.session_date, month),
    )


def _package_usage(lot: Lot, directory: Directory) -> wire.PackageUsage:
    return wire.PackageUsage(
        package_id=lot.package_id,
        child_name=directory.name_of(lot.child_id),
        purchased_on=lot.purchased_on,
        expires_on=lot.expires_on,
        total_sessions=lot.total_sessions,
        used_sessions=lot.used_sessions,
    )


def _amount_lines(amounts: Sequence[NamedAmount]) -> list[wire.AmountLine]:
    return [wire.AmountLine(label=each.label, amount_minor=each.amount_minor) for each in amounts]
