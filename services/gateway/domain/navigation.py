"""What each workspace offers to go to. Billing items are shown but disabled while the workspace is frozen."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.auth.viewer import Role


@dataclass(frozen=True, slots=True)
class Item:
    """A place to go; `shows_money` makes it a billing item."""

    key: str
    label: str
    href: str
    shows_money: bool


ITEMS: Mapping[Role, tuple[Item, ...]] = {
    Role.PARENT: (
        Item("sessions", "Sessions", "/parent", shows_money=False),
        Item("invoices", "Invoices", "/parent#invoices", shows_money=True),
    ),
    Role.TUTOR: (
        Item("sessions", "Sessions", "/tutor", shows_money=False),
        Item("pay", "Pay", "/tutor#pay", shows_money=True),
    ),
    Role.COORDINATOR: (
        Item("alerts", "Low packages", "/coordinator/alerts", shows_money=False),
        Item("packages", "Packages", "/admin/billing/packages", shows_money=True),
        Item("cycles", "Billing cycles", "/admin/billing/cycles", shows_money=True),
        Item("payouts", "Payouts", "/admin/billing/payouts", shows_money=True),
        Item("invoices", "Invoices", "/admin/billing/invoices", shows_money=True),
    ),
}


def items_for(workspace: Role | None) -> tuple[Item, ...]:
    """In the order in which they are shown; services have no workspace."""
    return ITEMS.get(workspace, ()) if workspace else ()
