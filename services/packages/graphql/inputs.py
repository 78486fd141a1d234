"""What mutations take, and how it is read. A key or reference that comes again gets the first result."""

from datetime import date, datetime
from decimal import Decimal

import strawberry

from services.packages.domain.people import PersonDetails, PersonKind
from services.packages.domain.sale import Discount, FixedDiscount, PercentDiscount
from services.packages.use_cases.create_package import NewPackage
from services.packages.use_cases.create_package_offer import NewOffer
from services.packages.use_cases.create_person import NewPerson
from services.packages.use_cases.extend_package import Extension
from services.packages.use_cases.log_session import NewSession
from services.packages.use_cases.reinstate_package import Reinstatement
from services.packages.use_cases.update_person import PersonUpdate
from shared.errors import InvalidInput
from shared.graphql.money import MoneyInput
from shared.ids import parse_id


@strawberry.input
class CreateParentInput:
    name: str
    email: str | None = None
    phone: str | None = None
    external_ref: str | None = None

    def read(self) -> NewPerson:
        return _reachable(PersonKind.PARENT, self)


@strawberry.input
class CreateChildInput:
    parent_id: strawberry.ID
    name: str
    external_ref: str | None = None

    def read(self) -> NewPerson:
        return NewPerson(
            kind=PersonKind.CHILD,
            details=PersonDetails(self.name),
            parent_id=parse_id(self.parent_id, "parentId"),
            external_ref=self.external_ref,
        )


@strawberry.input
class CreateTutorInput:
    name: str
    email: str | None = None
    phone: str | None = None
    external_ref: str | None = None

    def read(self) -> NewPerson:
        return _reachable(PersonKind.TUTOR, self)


def _reachable(kind: PersonKind, asked: CreateParentInput | CreateTutorInput) -> NewPerson:
    details = PersonDetails(asked.name, asked.email, asked.phone)
    return NewPerson(kind=kind, details=details, external_ref=asked.external_ref)


@strawberry.input(description="What is null stays as it is; an empty email or phone is removed.")
class UpdatePersonInput:
    id: strawberry.ID
    name: str | None = None
    email: str | None = None
    phone: str | None = None

    def read(self) -> PersonUpdate:
        return PersonUpdate(person_id=parse_id(self.id), name=self.name, email=self.email, phone=self.phone)


@strawberry.input
class CreatePackageOfferInput:
    total_sessions: int
    price_per_session: MoneyInput
    name: str | None = None
    validity_days: int | None = strawberry.field(
        default=None, description="Counts the day of the sale as the first; null never expires."
    )
    idempotency_key: str | None = None

    def read(self, currency: str) -> NewOffer:
        return NewOffer(
            name=self.name,
            total_sessions=self.total_sessions,
            price_per_session=self.price_per_session.in_currency(currency),
            validity_days=self.validity_days,
        )


@strawberry.input(description='Exactly one: percent of the price ("10" or "12.5"), or an amount off the whole package.')
class DiscountInput:
    percent: Decimal | None = None
    amount: Decimal | None = None

    def read(self, currency: str) -> Discount:
        if self.percent is not None and self.amount is None:
            return PercentDiscount(_basis_points(self.percent))
        if self.amount is not None and self.percent is None:
            return FixedDiscount(MoneyInput(amount=self.amount).in_currency(currency))
        raise InvalidInput("a discount is a percent or an amount, one of the two")


@strawberry.input(description="Either an offer, or a number of sessions with a price or as goodwill.")
class CreatePackageInput:
    parent_id: strawberry.ID
    child_id: strawberry.ID | None = None
    offer_id: strawberry.ID | None = None
    total_sessions: int | None = None
    price_per_session: MoneyInput | None = None
    discount: DiscountInput | None = None
    expires_on: date | None = None
    goodwill: bool = False
    reason: str | None = None
    idempotency_key: str | None = None

    def read(self, currency: str) -> NewPackage:
        return NewPackage(
            parent_id=parse_id(self.parent_id, "parentId"),
            child_id=None if self.child_id is None else parse_id(self.child_id, "childId"),
            offer_id=None if self.offer_id is None else parse_id(self.offer_id, "offerId"),
            total_sessions=self.total_sessions,
            price_per_session=None if self.price_per_session is None else self.price_per_session.in_currency(currency),
            discount=None if self.discount is None else self.discount.read(currency),
            expires_on=self.expires_on,
            goodwill=self.goodwill,
            reason=self.reason,
        )


@strawberry.input(description="A later last valid day; null never expires. What had expired meanwhile is reinstated.")
class ExtendPackageInput:
    package_id: strawberry.ID
    expires_on: date | None
    reason: str
    idempotency_key: str | None = None

    def read(self) -> Extension:
        return Extension(
            package_id=parse_id(self.package_id, "packageId"), expires_on=self.expires_on, reason=self.reason
        )


@strawberry.input(description="What has expired is given back; null keeps the present last valid day.")
class ReinstatePackageInput:
    package_id: strawberry.ID
    reason: str
    expires_on: date | None = None
    idempotency_key: str | None = None

    def read(self) -> Reinstatement:
        package_id = parse_id(self.package_id, "packageId")
        return Reinstatement(package_id=package_id, expires_on=self.expires_on, reason=self.reason)


@strawberry.input
class LogSessionInput:
    child_id: strawberry.ID
    tutor_id: strawberry.ID
    starts_at: datetime
    duration_minutes: int
    billed_as_addon: bool = False
    addon_price: MoneyInput | None = None
    external_ref: str | None = None

    def read(self, currency: str) -> NewSession:
        return NewSession(
            child_id=parse_id(self.child_id, "childId"),
            tutor_id=parse_id(self.tutor_id, "tutorId"),
            starts_at=self.starts_at,
            duration_minutes=self.duration_minutes,
            billed_as_addon=self.billed_as_addon,
            addon_price=None if self.addon_price is None else self.addon_price.in_currency(currency),
            external_ref=self.external_ref,
        )


def _basis_points(percent: Decimal) -> int:
    basis_points = percent * 100
    if basis_points != basis_points.to_integral_value():
        raise InvalidInput("a percentage has at most two decimals")
    return int(basis_points)
