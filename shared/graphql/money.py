"""Money as clients see it, and what stands for it while the beta freeze hides it.

The freeze is a mark in the table of rules (rules.py): while the viewer's workspace is frozen the resolver of a field
that is Money or a Document is not called at all, the placeholder is the answer.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Any

import strawberry
from babel.numbers import format_currency, get_currency_precision

from shared.errors import InvalidInput, MoneyFrozen
from shared.graphql.context import Context, Info
from shared.money import Money, parse_amount, parse_currency

FREEZE_REASON = "BETA_FREEZE"
HIDDEN_REASON = "NOT_FOUND"
PLACEHOLDER = "Unavailable during the beta"


@strawberry.federation.type(
    name="Money",
    shareable=True,
    description="An amount of money. Frozen: amount is null, display is a placeholder, reason is BETA_FREEZE.",
)
class ShownMoney:
    available: bool
    amount: Decimal | None
    currency: str
    display: str
    reason: str | None


@strawberry.federation.type(
    shareable=True, description="A document to download by a link that expires; null until it is made."
)
class Document:
    available: bool
    url: str | None
    sha256: str | None
    reason: str | None


@strawberry.input(description="An amount in the organisation's currency, unless another is named.")
class MoneyInput:
    amount: Decimal
    currency: str | None = None

    def in_currency(self, currency: str) -> Money:
        """Raises InvalidInput when it is no exact amount of the organisation's currency."""
        if self.currency is not None and parse_currency(self.currency) != currency:
            raise InvalidInput(f"amounts are in {currency}")
        return parse_amount(self.amount, currency)


def show(money: Money, info: Info[Any]) -> ShownMoney:
    """Live money, written as the organisation's locale writes it."""
    return _shown(money, info.context.locale)


@lru_cache(maxsize=4096)
def _shown(money: Money, locale: str) -> ShownMoney:
    """Prices are few, and are shown again and again."""
    display = displayed(money, locale)
    return ShownMoney(available=True, amount=money.to_decimal(), currency=money.currency, display=display, reason=None)


def displayed(money: Money, locale: str) -> str:
    """As Babel writes it, which it takes its time for: amounts with as many digits differ in nothing but these."""
    digits = str(abs(money.minor)).zfill(get_currency_precision(money.currency) + 1)
    return _written(len(digits), money.minor < 0, money.currency, locale) % tuple(digits)


@lru_cache(maxsize=1024)
def _written(digits: int, is_negative: bool, currency: str, locale: str) -> str:
    """With a place for each digit."""
    ones = Money(int("1" * digits) * (-1 if is_negative else 1), currency)
    written: str = format_currency(ones.to_decimal(), currency, locale=locale)
    return written.replace("%", "%%").replace("1", "%s")


def frozen_money(context: Context) -> ShownMoney:
    return no_money(context, FREEZE_REASON, PLACEHOLDER)


def hidden_money(context: Context) -> ShownMoney:
    return no_money(context, HIDDEN_REASON, "Not available")


def no_money(context: Context, reason: str, display: str) -> ShownMoney:
    """Stands for an amount that is not told, or does not exist."""
    return ShownMoney(available=False, amount=None, currency=context.currency, display=display, reason=reason)


def frozen_document(_: Context) -> Document:
    return Document(available=False, url=None, sha256=None, reason=FREEZE_REASON)


def hidden_document(_: Context) -> Document:
    return Document(available=False, url=None, sha256=None, reason=HIDDEN_REASON)


def refuse_while_frozen(context: Context, what: str) -> None:
    """For filters and orders by money, which would tell amounts by the rows they leave."""
    if context.frozen:
        raise MoneyFrozen(f"{what} is unavailable during the beta")
