"""What coordinators see of a month's reconciliation."""

from typing import Self

import strawberry

from services.billing.domain.cycles import CycleStatus
from services.billing.domain.reconciliation import Difference, Item, Reconciliation, Sums
from services.billing.graphql.cycle import Info, shown_id
from services.billing.graphql.types import Parent
from shared.graphql.money import ShownMoney, show
from shared.money import Money
from shared.period import Month

strawberry.enum(Item, name="ReconciledItem")


@strawberry.type(description="Something that is charged and invoiced differently; `words` say how.")
class BillingDifference:
    item: Item
    id: strawberry.ID = strawberry.field(description="Of the session, package or adjustment.")
    parent: Parent
    words: str
    difference: strawberry.Private[Difference]

    @classmethod
    def of(cls, found: Difference) -> Self:
        parent = Parent(id=shown_id(found.parent_id))
        return cls(item=found.item, id=shown_id(found.item_id), parent=parent, words=found.words, difference=found)

    @strawberry.field
    def charged(self, info: Info) -> ShownMoney:
        return show(Money(self.difference.charged.minor, info.context.currency), info)

    @strawberry.field
    def invoiced(self, info: Info) -> ShownMoney:
        return show(Money(self.difference.invoiced.minor, info.context.currency), info)


@strawberry.type(
    description="Charged = invoiced + open. Charges are a month's add-on and overage sessions, packages and"
    " adjustments, before their invoices' discounts and taxes; they are open until the month is closed."
)
class BillingReconciliation:
    month: Month
    status: CycleStatus | None = strawberry.field(description="Null for a month without a cycle.")
    agrees: bool
    charges: int
    invoiced_charges: int
    open_charges: int
    differences: list[BillingDifference] = strawberry.field(description="The first hundred.")
    differences_count: int
    complaints: list[str] = strawberry.field(description="What does not add up beyond single items.")
    sums: strawberry.Private[Sums]

    @classmethod
    def of(cls, found: Reconciliation) -> Self:
        return cls(
            month=found.month,
            status=found.status,
            agrees=found.agrees,
            charges=found.sums.charges,
            invoiced_charges=found.sums.lines,
            open_charges=found.sums.open_charges,
            differences=[BillingDifference.of(each) for each in found.differences],
            differences_count=found.sums.differences,
            complaints=found.complaints,
            sums=found.sums,
        )

    @strawberry.field
    def charged(self, info: Info) -> ShownMoney:
        return self._money(self.sums.charged_minor, info)

    @strawberry.field
    def invoiced(self, info: Info) -> ShownMoney:
        return self._money(self.sums.invoiced_minor, info)

    @strawberry.field
    def open(self, info: Info) -> ShownMoney:
        return self._money(self.sums.open_minor, info)

    @strawberry.field
    def discount(self, info: Info) -> ShownMoney:
        """Of the invoices, off the charges."""
        return self._money(self.sums.discount_minor, info)

    @strawberry.field
    def tax(self, info: Info) -> ShownMoney:
        return self._money(self.sums.tax_minor, info)

    @strawberry.field
    def total(self, info: Info) -> ShownMoney:
        """What the invoices come to: invoiced - discount + tax."""
        return self._money(self.sums.total_minor, info)

    def _money(self, minor: int, info: Info) -> ShownMoney:
        return show(Money(minor, info.context.currency), info)
