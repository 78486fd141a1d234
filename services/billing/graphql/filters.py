"""What the list of payouts can be narrowed by, and its orders."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import strawberry
from msgspec import Meta

from services.billing.domain.payouts import PayoutStatus
from services.billing.graphql.context import BillingContext
from services.billing.reads import PayoutChoice, PayoutOrder
from shared.graphql.money import MoneyInput, refuse_while_frozen
from shared.ids import parse_id
from shared.period import Month

_AMOUNT = Annotated[int, Meta(ge=-(2**62), lt=2**62)]
KEYS: Mapping[PayoutOrder, Any] = {
    PayoutOrder.NEWEST_FIRST: tuple[str, UUID],
    PayoutOrder.LARGEST_NET_FIRST: tuple[_AMOUNT, str, UUID],
}
"""What a cursor of each order names."""

strawberry.enum(
    PayoutOrder,
    description="Where it is equal, by tutor. The order by an amount is refused while money is frozen.",
)


@strawberry.input(description="All that are given must hold. Amounts are refused while money is frozen.")
class PayoutFilter:
    month: Month | None = None
    tutor_id: strawberry.ID | None = None
    status: PayoutStatus | None = None
    net_amount_at_least: MoneyInput | None = None
    net_amount_at_most: MoneyInput | None = None

    def choice(self, context: BillingContext, order: PayoutOrder) -> PayoutChoice:
        """The choice among the payouts that the viewer may see. Raises MoneyFrozen for what would tell amounts by the
        rows that it leaves, or by their order."""
        if order is not PayoutOrder.NEWEST_FIRST or self.net_amount_at_least or self.net_amount_at_most:
            refuse_while_frozen(context, "a list of payouts by their amounts")
        tutor_id = parse_id(self.tutor_id, "tutorId") if self.tutor_id else context.only_tutor
        return PayoutChoice(
            month=str(self.month) if self.month else None,
            tutor_id=tutor_id,
            status=self.status.value if self.status else None,
            net_at_least=_minor(self.net_amount_at_least, context),
            net_at_most=_minor(self.net_amount_at_most, context),
            order=order,
            nothing=not context.sees_overview and (tutor_id is None or tutor_id != context.only_tutor),
        )


def _minor(amount: MoneyInput | None, context: BillingContext) -> int | None:
    return amount.in_currency(context.currency).minor if amount else None
