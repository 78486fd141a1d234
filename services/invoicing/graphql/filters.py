"""What the list of invoices can be narrowed by, and its orders."""

from collections.abc import Mapping
from typing import Annotated, Any

import strawberry
from msgspec import Meta

from services.invoicing.domain.documents import DocumentStatus
from services.invoicing.domain.payments import PaymentStatus
from services.invoicing.reads import InvoiceOrder, Wanted
from shared.graphql.context import Context
from shared.graphql.money import MoneyInput, refuse_while_frozen
from shared.ids import parse_id
from shared.period import Month

_Month = Annotated[str, Meta(pattern=r"^\d{4}-\d\d$")]
_Ordinal = Annotated[int, Meta(ge=0, lt=2**31)]
_Amount = Annotated[int, Meta(ge=-(2**62), lt=2**62)]
KEYS: Mapping[InvoiceOrder, Any] = {
    InvoiceOrder.NEWEST_FIRST: tuple[_Month, _Ordinal],
    InvoiceOrder.LARGEST_DUE_FIRST: tuple[_Amount, _Month, _Ordinal],
    InvoiceOrder.LARGEST_TOTAL_FIRST: tuple[_Amount, _Month, _Ordinal],
}
"""What a cursor of each order names."""

strawberry.enum(PaymentStatus, description="What has been paid of an invoice.")
strawberry.enum(DocumentStatus, description="Whether an invoice's PDF is there.")
strawberry.enum(
    InvoiceOrder,
    description="Where it is equal, the newest first. Orders by an amount are refused while money is frozen.",
)


@strawberry.input(description="All that are given must hold. Amounts are refused while money is frozen.")
class InvoiceFilter:
    month: Month | None = None
    parent_id: strawberry.ID | None = None
    payment_status: PaymentStatus | None = None
    document_status: DocumentStatus | None = None
    amount_due_at_least: MoneyInput | None = None
    amount_due_at_most: MoneyInput | None = None
    total_at_least: MoneyInput | None = None
    total_at_most: MoneyInput | None = None

    def wanted(self, context: Context, search: str | None, order: InvoiceOrder) -> Wanted:
        """Raises MoneyFrozen for what would tell amounts by the rows that it leaves, or by their order."""
        amounts = (self.amount_due_at_least, self.amount_due_at_most, self.total_at_least, self.total_at_most)
        if order is not InvoiceOrder.NEWEST_FIRST or any(amounts):
            refuse_while_frozen(context, "a list of invoices by their amounts")
        due_at_least, due_at_most, total_at_least, total_at_most = (
            amount.in_currency(context.currency).minor if amount else None for amount in amounts
        )
        return Wanted(
            month=self.month,
            parent_id=parse_id(self.parent_id, "parentId") if self.parent_id else None,
            payment_status=self.payment_status,
            document_status=self.document_status,
            due_at_least=due_at_least,
            due_at_most=due_at_most,
            total_at_least=total_at_least,
            total_at_most=total_at_most,
            search=search,
            order=order,
        )
