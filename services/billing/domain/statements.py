"""From charges to a statement: discounts, then tax, then what each line really cost.

    subtotal = sum of all charges
    base     = sum of the charges that are no adjustments
    discount = percent rules on the base, then fixed amounts, together never more than the base
    tax      = each rate on (base - discount)
    total    = subtotal - discount + tax

Adjustments stay out of the base: they repeat what an earlier document came to, its discount and tax included, and
taking either once more would give it back twice. Discount and tax are computed once for the document, rounded once
per rate, and shared out over the lines by largest remainder, so that what the lines cost adds up to the total.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from services.billing.domain.charges import Charge
from shared.money import part_of, share_out


class DiscountKind(StrEnum):
    PERCENT = "PERCENT"
    FIXED = "FIXED"


@dataclass(frozen=True, slots=True)
class DiscountRule:
    """A parent's standing discount. `size` is in basis points for PERCENT and in minor units for FIXED."""

    rule_id: UUID
    kind: DiscountKind
    size: int
    label: str
    valid_from: date
    valid_until: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def off(self, base_minor: int) -> int:
        return part_of(base_minor, self.size) if self.kind is DiscountKind.PERCENT else self.size


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A tax by its label and its rate."""

    label: str
    basis_points: int

    @property
    def name(self) -> str:
        """As documents write it: whoever claims the tax back needs the rate as well."""
        return f"{self.label} {Decimal(self.basis_points).scaleb(-2).normalize():f} %"


@dataclass(frozen=True, slots=True)
class NamedAmount:
    """A named part of the discount or of the tax."""

    label: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """A charge with its shares of the document's discount and tax."""

    charge: Charge
    discount_minor: int
    tax_minor: int

    @property
    def cost_minor(self) -> int:
        """What the line really cost the parent."""
        return self.charge.amount_minor - self.discount_minor + self.tax_minor


@dataclass(frozen=True)
class Bill:
    """A statement's arithmetic; its lines are in the statement's order."""

    lines: tuple[Line, ...]
    discounts: tuple[NamedAmount, ...]
    taxes: tuple[NamedAmount, ...]

    @cached_property
    def subtotal_minor(self) -> int:
        return sum(line.charge.amount_minor for line in self.lines)

    @cached_property
    def discount_minor(self) -> int:
        return sum(each.amount_minor for each in self.discounts)

    @cached_property
    def tax_minor(self) -> int:
        return sum(each.amount_minor for each in self.taxes)

    @cached_property
    def total_minor(self) -> int:
        return self.subtotal_minor - self.discount_minor + self.tax_minor


def make_bill(charges: Iterable[Charge], rules: Iterable[DiscountRule], taxes: Sequence[TaxRate]) -> Bill:
    """The bill for one parent's charges. `rules` are those in force; their order does not matter."""
    ordered = sorted(charges, key=Charge.place)
    bases = [0 if charge.is_adjustment else charge.amount_minor for charge in ordered]
    discounts = _discounts(sum(bases), rules)
    discount_shares = share_out(sum(each.amount_minor for each in discounts), bases)
    net = [base - share for base, share in zip(bases, discount_shares, strict=True)]
    due = tuple(NamedAmount(tax.name, part_of(sum(net), tax.basis_points)) for tax in taxes if tax.basis_points)
    tax_shares = share_out(sum(each.amount_minor for each in due), net)
    return Bill(tuple(map(Line, ordered, discount_shares, tax_shares)), discounts, due)


def _discounts(base_minor: int, rules: Iterable[DiscountRule]) -> tuple[NamedAmount, ...]:
    """Percent rules first, then fixed ones, the older first; each takes at most what the ones before it left."""
    taken: list[NamedAmount] = []
    left_minor = base_minor
    for rule in sorted(rules, key=lambda rule: (rule.kind is DiscountKind.FIXED, rule.valid_from, rule.rule_id)):
        amount_minor = min(rule.off(base_minor), left_minor)
        left_minor -= amount_minor
        if amount_minor:
            taken.append(NamedAmount(rule.label, amount_minor))
    return tuple(taken)
