"""Money as clients see it, and the beta freeze where the value is resolved.

A field that shows money, or anything that contains it, is declared with `money_field` or `document_field`. While
the viewer's workspace is frozen its resolver is not called at all: the placeholder is the answer.
"""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from functools import partial
from typing import Any

import strawberry
from babel.numbers import format_currency
from strawberry.extensions import FieldExtension

from shared.errors import InvalidInput, MoneyFrozen
from shared.graphql.context import Context, Info
from shared.money import Money, parse_amount, parse_currency

FREEZE_REASON = "BETA_FREEZE"
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
    amount = money.to_decimal()
    display = format_currency(amount, money.currency, locale=info.context.locale)
    return ShownMoney(available=True, amount=amount, currency=money.currency, display=display, reason=None)


def placeholder(context: Context) -> ShownMoney:
    return ShownMoney(
        available=False, amount=None, currency=context.currency, display=PLACEHOLDER, reason=FREEZE_REASON
    )


def _no_document(_: Context) -> Document:
    return Document(available=False, url=None, sha256=None, reason=FREEZE_REASON)


def refuse_while_frozen(context: Context, what: str) -> None:
    """For filters and orders by money, which would tell amounts by the rows they leave."""
    if context.frozen:
        raise MoneyFrozen(f"{what} is unavailable during the beta")


class Freezable(FieldExtension):
    """Answers for the resolver while money is frozen."""

    def __init__(self, when_frozen: Callable[[Context], object]) -> None:
        self._when_frozen = when_frozen

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info[Any], **arguments: Any) -> Any:
        if info.context.frozen:
            return self._when_frozen(info.context)
        return next_(source, info, **arguments)

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info[Any], **arguments: Any
    ) -> Any:
        if info.context.frozen:
            return self._when_frozen(info.context)
        return await next_(source, info, **arguments)


money_field = partial(strawberry.field, extensions=[Freezable(placeholder)])
document_field = partial(strawberry.field, extensions=[Freezable(_no_document)])
