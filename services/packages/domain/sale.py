"""What a sale fixes for good: the size, the price per session, the discount, the last valid day."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.packages.domain.errors import PackageExpired
from shared.errors import InvalidInput
from shared.money import BASIS_POINTS, LARGEST_MINOR, Money, part_of

LARGEST_PACKAGE = 10_000
"""Sessions in one package; more is a typing error."""

LONGEST_VALIDITY_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class PercentDiscount:
    basis_points: int

    def off(self, cost: Money) -> int:
        if not 0 < self.basis_points <= BASIS_POINTS:
            raise InvalidInput("a discount is more than 0 % and at most 100 %")
        return part_of(cost.minor, self.basis_points)


@dataclass(frozen=True, slots=True)
class FixedDiscount:
    """An amount off the whole lot."""

    amount: Money

    def off(self, cost: Money) -> int:
        if self.amount.currency != cost.currency:
            raise InvalidInput(f"a discount in {self.amount.currency} on a price in {cost.currency}")
        if not 0 < self.amount.minor <= cost.minor:
            raise InvalidInput("a discount is more than nothing and at most what the package costs")
        return self.amount.minor


Discount = PercentDiscount | FixedDiscount


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An entry of the price list. `validity_days` counts the day of the sale as the first; None never expires."""

    id: UUID
    total_sessions: int
    price_per_session: Money
    validity_days: int | None
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRequest:
    """What a coordinator asked for: an offer, or an explicit size with a price or as goodwill."""

    offer: Offer | None
    total_sessions: int | None
    price_per_session: Money | None
    discount: Discount | None
    expires_on: date | None
    goodwill: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """It costs `total_sessions * price_per_session - discount_minor`."""

    total_sessions: int
    price_per_session: Money
    discount_minor: int
    expires_on: date | None

    @property
    def cost(self) -> Money:
        full_minor = self.total_sessions * self.price_per_session.minor
        return Money(full_minor - self.discount_minor, self.price_per_session.currency)


def agree_sale(request: SaleRequest, currency: str, today: date) -> Sale:
    """Raises InvalidInput for a request that contradicts itself, PackageExpired for a last valid day already past."""
    total_sessions = check_size(_size(request))
    price = _price(request, currency)
    cost = Money(total_sessions * price.minor, price.currency)
    if cost.minor > LARGEST_MINOR:
        raise InvalidInput("the package costs more than any amount allowed")
    discount_minor = 0 if request.discount is None else request.discount.off(cost)
    return Sale(
        total_sessions=total_sessions,
        price_per_session=price,
        discount_minor=discount_minor,
        expires_on=_last_valid_day(request, today),
    )


def check_size(total_sessions: int) -> int:
    if not 1 <= total_sessions <= LARGEST_PACKAGE:
        raise InvalidInput(f"a package has 1 to {LARGEST_PACKAGE} sessions, not {total_sessions}")
    return total_sessions


def check_validity(days: int | None) -> int | None:
    if days is not None and not 1 <= days <= LONGEST_VALIDITY_DAYS:
        raise InvalidInput(f"a package is valid for 1 to {LONGEST_VALIDITY_DAYS} days, not {days}")
    return days


def check_price(price: Money, currency: str) -> Money:
    """Raises InvalidInput for a price below zero, beyond every amount, or not in the organisation's currency."""
    if price.currency != currency:
        raise InvalidInput(f"prices are in {currency} here, not {price.currency}")
    if price.minor < 0:
        raise InvalidInput("a price is never negative")
    if price.minor > LARGEST_MINOR:
        raise InvalidInput("a price larger than any amount allowed")
    return price


def _size(request: SaleRequest) -> int:
    if request.offer is None:
        if request.total_sessions is None:
            raise InvalidInput("name an offer or the number of sessions")
        return request.total_sessions
    if request.offer.is_withdrawn:
        raise InvalidInput("the offer has been withdrawn")
    if request.total_sessions not in (None, request.offer.total_sessions):
        raise InvalidInput(f"the offer has {request.offer.total_sessions} sessions, not {request.total_sessions}")
    return request.offer.total_sessions


def _price(request: SaleRequest, currency: str) -> Money:
    if request.goodwill:
        return _goodwill_price(request, currency)
    if request.offer is not None and request.price_per_session is not None:
        raise InvalidInput("an offer has its price; give one or the other")
    if request.offer is not None:
        return check_price(request.offer.price_per_session, currency)
    if request.price_per_session is None:
        raise InvalidInput("name an offer or the price per session")
    return check_price(request.price_per_session, currency)


def _goodwill_price(request: SaleRequest, currency: str) -> Money:
    if request.discount is not None or (request.price_per_session is not None and request.price_per_session.minor):
        raise InvalidInput("a goodwill package has no price and no discount")
    return Money(0, currency)


def _last_valid_day(request: SaleRequest, today: date) -> date | None:
    if request.expires_on is not None:
        return check_last_valid_day(request.expires_on, today)
    if request.offer is not None and request.offer.validity_days is not None:
        return today + timedelta(days=request.offer.validity_days - 1)
    return None


def check_last_valid_day(expires_on: date, today: date) -> date:
    if expires_on < today:
        raise PackageExpired(f"{expires_on} has passed already", expires_on=expires_on.isoformat())
    return expires_on
