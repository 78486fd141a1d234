"""Charged = invoiced + open: what a month's entries come to, beside what its invoices' lines say."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.billing.domain.cycles import CycleStatus
from shared.period import Month


class Item(StrEnum):
    """What is charged: a session, a package, the return of a reversed session, or what earlier months left over."""

    SESSION = "SESSION"
    PACKAGE = "PACKAGE"
    REVERSAL = "REVERSAL"
    ADJUSTMENT = "ADJUSTMENT"


@dataclass(frozen=True, slots=True)
class Side:
    """How often an item is there, and what it comes to in minor units."""

    count: int
    minor: int


@dataclass(frozen=True, slots=True)
class Difference:
    """An item that the two sides do not agree on; both belong to the month."""

    item: Item
    item_id: UUID
    parent_id: UUID
    charged: Side
    invoiced: Side

    @property
    def words(self) -> str:
        what = f"{self.item.lower()} {self.item_id}"
        if not self.invoiced.count:
            return f"{what} is charged and on no invoice"
        if not self.charged.count:
            return f"{what} is on an invoice and was never charged"
        if self.charged.count != self.invoiced.count:
            return f"{what} is charged {self.charged.count} times and invoiced {self.invoiced.count} times"
        return f"{what} is invoiced at another amount than it is charged at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """`charges` are invoiced by `lines`, or open. Discounts, taxes and totals are those of the invoices."""

    charges: int
    charged_minor: int
    lines: int
    invoiced_minor: int
    open_charges: int
    open_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int
    differences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """`invoiced_total_minor` is what the close stored, None before it."""

    month: Month
    status: CycleStatus | None
    sums: Sums
    invoiced_total_minor: int | None
    differences: Sequence[Difference]

    @property
    def complaints(self) -> list[str]:
        """What does not add up beyond single items."""
        sums = self.sums
        found = []
        if sums.invoiced_minor - sums.discount_minor + sums.tax_minor != sums.total_minor:
            found.append("the lines, less discounts, with taxes, do not add up to the totals of the invoices")
        if self.invoiced_total_minor is not None and self.invoiced_total_minor != sums.total_minor:
            found.append("the totals of the invoices do not add up to what the close stored")
        return found

    @property
    def agrees(self) -> bool:
        return not self.sums.differences and not self.complaints
