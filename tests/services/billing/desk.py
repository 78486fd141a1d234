"""Billing at work in a real host, and the packages service played to it over the real broker."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from shared.auth.viewer import Viewer
from shared.contracts import Contract
from shared.contracts.billing import CycleClosed, PeriodClosing
from shared.contracts.invoicing import InvoiceVoided
from shared.database.database import Database
from shared.ids import new_id
from shared.messaging.envelope import Event
from tests.asking import Asker
from tests.services.billing.packages_side import PackagesSide, WorkedMonth

RUN = """
mutation ($month: Month!, $key: String, $early: Boolean! = false) {
  runMonthlyCycle(input: { month: $month, early: $early, idempotencyKey: $key }) {
    billingCycle {
      id month status sessionsCounted statementsCount payoutsCount sha256 closedBy
      invoicedTotal { amount } payoutTotal { amount }
    }
  }
}"""

SET_RATE = """
mutation ($tutor: ID!, $rate: Decimal!, $addon: MoneyInput, $start: Date!, $key: String) {
  setTutorRate(input: { tutorId: $tutor, ratePerSession: { amount: $rate }, addonRate: $addon, validFrom: $start,
                        idempotencyKey: $key }) {
    tutorRate { id validFrom ratePerSession { amount } addonRate { amount } }
  }
}"""

ADD_RULE = """
mutation ($parent: ID!, $percent: Decimal!, $until: Date) {
  addDiscountRule(input: { parentId: $parent, label: "Sibling discount", percent: $percent, validFrom: "2026-01-01",
                           validUntil: $until }) {
    discountRule { id percent validUntil }
  }
}"""

ADD_DEDUCTION = """
mutation ($tutor: ID!, $month: Month!, $amount: Decimal!) {
  addPayoutDeduction(input: { tutorId: $tutor, month: $month, amount: { amount: $amount }, label: "Materials" }) {
    payoutDeduction { id month amount { amount } }
  }
}"""


@dataclass
class Desk:
    asker: Asker
    packages: PackagesSide
    answers_seals: bool = True

    @property
    def database(self) -> Database:
        return self.asker.host.databases["billing"]

    async def listen(self) -> None:
        """From here on the packages side answers requests to seal."""
        await self.asker.host.broker.subscribe("packages", [PeriodClosing.TOPIC], self._seal)

    async def _seal(self, events: Sequence[Event]) -> None:
        for event in events:
            month = msgspec.json.decode(event.body, type=PeriodClosing).month
            if self.answers_seals:
                await self.asker.publish(self.packages.seal(month))

    async def hear(self, facts: Sequence[Contract]) -> None:
        await self.asker.publish(*facts)

    async def until(self, arrived: Callable[[], bool]) -> None:
        """Waits for what an outbox brings; the test's own time limit ends it."""
        async with asyncio.timeout(60):
            while not arrived():
                await asyncio.sleep(0.02)

    async def ask(self, query: str, viewer: Viewer | None = None, **variables: Any) -> dict[str, Any]:
        return await self.asker.ask("billing", query, viewer, **variables)

    async def run(self, month: str, key: str | None = None) -> dict[str, Any]:
        data = await self.ask(RUN, month=month, key=key)
        cycle: dict[str, Any] = data["runMonthlyCycle"]["billingCycle"]
        return cycle

    async def set_rate(self, tutor: UUID, rate: str, valid_from: str, addon: str | None = None) -> None:
        addon_rate = {"amount": addon} if addon else None
        await self.ask(SET_RATE, tutor=tutor, rate=rate, addon=addon_rate, start=valid_from)

    async def agree(self, month: WorkedMonth) -> None:
        """Rates, discount and deduction of the worked month."""
        await self.set_rate(month.meena, "300", "2026-01-01")
        await self.set_rate(month.meena, "300", "2026-10-15", addon="350")
        await self.set_rate(month.omar, "280", "2026-01-01")
        await self.set_rate(month.omar, "320", "2026-10-15")
        await self.ask(ADD_RULE, parent=month.asha, percent="5", until="2026-12-31")
        await self.ask(ADD_DEDUCTION, tutor=month.meena, month="2026-10", amount="100")

    async def statements_of(self, month: str) -> list[dict[str, Any]]:
        return await self.database.rows(
            "SELECT * FROM statement WHERE cycle_id = (SELECT id FROM billing_cycle WHERE month = $1) ORDER BY ordinal",
            month,
        )

    async def voided(self, month: str, parent: UUID, number: str = "NV/2627/000002") -> InvoiceVoided:
        """What invoicing tells when the invoice of the month's only statement was voided."""
        (statement,) = await self.statements_of(month)
        return InvoiceVoided(
            invoice_id=new_id(),
            number=number,
            cycle_id=statement["cycle_id"],
            statement_id=statement["id"],
            parent_id=parent,
            reason="wrong address",
            voided_at=self.asker.host.clock.now(),
        )

    async def lines_of(self, statement_id: UUID) -> list[dict[str, Any]]:
        return await self.database.rows(
            "SELECT * FROM statement_line WHERE statement_id = $1 ORDER BY position", statement_id
        )

    async def payout_of(self, month: str, tutor: UUID) -> dict[str, Any]:
        row = await self.database.row(
            "SELECT p.* FROM payout p JOIN billing_cycle c ON c.id = p.cycle_id WHERE c.month = $1 AND p.tutor_id = $2",
            month,
            tutor,
        )
        assert row is not None
        return row


class ClosedCycles:
    """The invoicing service as billing knows it: it takes every part once."""

    def __init__(self) -> None:
        self.parts: list[CycleClosed] = []

    async def take(self, events: Sequence[Event]) -> None:
        self.parts += [msgspec.json.decode(event.body, type=CycleClosed) for event in events]

    def of(self, month: str) -> list[CycleClosed]:
        return sorted((part for part in self.parts if part.month == month), key=lambda part: part.part)
