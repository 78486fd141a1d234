"""Payments, voids and cycles in any order, beside an oracle; and many of them at once."""

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any
from uuid import UUID

import pytest

from shared.period import Month
from tests.asking import Refused
from tests.services.invoicing.oracle import Oracle
from tests.services.invoicing.till import Till

FIRST_MONTH = Month(2026, 10)
NAMES = ("Asha", "Bimal", "Chitra")
STEPS = 60
BOOKS = """
    SELECT (SELECT coalesce(sum(amount_minor), 0) FROM payment) AS paid,
           (SELECT coalesce(sum(amount_minor), 0) FROM allocation) AS applied,
           (SELECT coalesce(sum(paid_minor), 0) FROM invoice) AS got,
           (SELECT coalesce(sum(amount_minor - applied_minor), 0) FROM payment) AS credit,
           (SELECT count(*) FROM document d JOIN invoice i ON i.id = d.invoice_id AND i.document_version = d.version
             WHERE d.payment_status = i.payment_status AND d.paid_minor = i.paid_minor) AS documents_up_to_date,
           (SELECT count(*) FROM invoice) AS invoices
"""


async def assert_balanced(till: Till) -> None:
    """Σ payments = Σ applied + credit, and each invoice's newest document shows how it stands."""
    (books,) = await till.database.rows(BOOKS)
    assert books["paid"] == books["applied"] + books["credit"]
    assert books["applied"] == books["got"]
    assert books["documents_up_to_date"] == books["invoices"]


class _Life:
    """One organisation's life: what happens to the till happens to the oracle."""

    def __init__(self, till: Till, parents: dict[str, UUID], chance: Random) -> None:
        self.till = till
        self.parents = parents
        self.chance = chance
        self.oracle = Oracle()
        self.ids: list[str] = []
        self.month = FIRST_MONTH

    async def step(self) -> None:
        await self.chance.choice([self.issue, self.pay, self.pay, self.pay_one, self.void])()

    async def issue(self) -> None:
        payers = self.chance.sample(NAMES, self.chance.randint(1, len(NAMES)))
        totals = [(name, self.chance.choice((-500, 0, 1, 700, 1_000, 123_456))) for name in payers]
        self.ids += await self.till.issue(str(self.month), *((self.parents[name], total) for name, total in totals))
        for name, total in totals:
            self.oracle.issue(name, total)
        self.month = self.month.plus(1)

    async def pay(self) -> None:
        name = self.chance.choice(NAMES)
        amount = self.amount()
        self.oracle.pay(name, amount)
        await self.till.pay(self.parents[name], _written(amount))

    async def pay_one(self) -> None:
        if not self.ids:
            return
        place, amount = self.chance.randrange(len(self.ids)), self.amount()
        invoice = self.oracle.invoices[place]
        accepted = self.oracle.pay(invoice.parent, amount, invoice)
        payer = self.chance.choice((None, self.parents[invoice.parent]))
        await self.attempt(self.till.pay(payer, _written(amount), invoiceId=self.ids[place]), accepted)

    async def void(self) -> None:
        if not self.ids:
            return
        place = self.chance.randrange(len(self.ids))
        await self.attempt(self.till.void(self.ids[place]), self.oracle.void(self.oracle.invoices[place]))

    async def attempt(self, action: Any, accepted: bool) -> None:
        if accepted:
            await action
            return
        with pytest.raises(Refused) as refused:
            await action
        assert refused.value.code in {"INVOICE_NOT_PAYABLE", "INVOICE_NOT_VOIDABLE"}

    def amount(self) -> int:
        return self.chance.choice((1, 300, 700, 999, 1_000, 2_500, 123_456))

    async def assert_as_foreseen(self) -> None:
        for name, parent in self.parents.items():
            invoices = [(invoice.status, _written(invoice.got)) for invoice in self.oracle.of(name)]
            owed, credit = self.oracle.outstanding(name), self.oracle.credit(name)
            assert await self.till.standing(parent) == (_written(owed), _written(credit), invoices)


def _written(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_life_at_random_is_as_the_oracle_foresees(till: Till, seed: int) -> None:
    parents = {name: await till.meet(name) for name in NAMES}
    life = _Life(till, parents, Random(seed))  # noqa: S311 -- the same life each time
    for _ in range(STEPS):
        await life.step()
        await life.assert_as_foreseen()
    await assert_balanced(till)
    assert any(invoice.void for invoice in life.oracle.invoices)


async def test_payments_at_once_leave_nothing_behind(till: Till) -> None:
    asha = await till.meet("Asha")
    for number in range(3):
        await till.issue(str(FIRST_MONTH.plus(number)), (asha, 10_000))
    await asyncio.gather(*(till.pay(asha, "7") for _ in range(50)))
    assert await till.standing(asha) == ("0.00", "50.00", [("PAID", "100.00")] * 3)
    await assert_balanced(till)


async def test_payments_and_cycles_at_once_leave_nothing_behind(till: Till) -> None:
    """Whichever comes first, each payment ends up on an invoice as long as one has room."""
    parents = [await till.meet(f"parent {number}") for number in range(6)]
    totals = [(parent, 10_000) for parent in parents]
    work: list[Coroutine[Any, Any, Any]] = [till.issue(str(FIRST_MONTH.plus(number)), *totals) for number in range(4)]
    work += [till.pay(parent, "100") for parent in parents for _ in range(3)]
    await asyncio.gather(*work)
    for parent in parents:
        owed, credit, invoices = await till.standing(parent)
        assert (owed, credit) == ("100.00", "0.00")
        assert sorted(paid for _, paid in invoices) == ["0.00", "100.00", "100.00", "100.00"]
    await assert_balanced(till)
