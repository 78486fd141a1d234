"""A till in the office: money comes in, invoices are issued and voided, through the real schema and broker."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.billing import CycleClosed, Statement
from shared.contracts.invoicing import InvoicePaid, InvoiceVoided
from shared.contracts.packages import PersonChanged, PersonKind
from shared.database.database import Database
from shared.messaging.envelope import Event
from tests.asking import Asker
from tests.services.invoicing.statements import a_cycle, a_purchase, a_statement, same_id

NO_RENDERER: dict[str, Any] = {"NIVAA_WKHTMLTOPDF": "/nowhere/wkhtmltopdf", "NIVAA_FREEZE": "none"}
PAY = """mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { payment {
  id method reference recordedBy parent { id } invoice { number } amount { amount } credit { amount }
  allocations { invoice { number } amount { amount } } } } }"""
VOID = """mutation ($input: VoidInvoiceInput!) { voidInvoice(input: $input) { invoice {
  id number paymentStatus voidReason amountDue { amount } } } }"""
PARENT = """query ($of: [_Any!]!) { _entities(representations: $of) { ... on Parent {
  outstanding { amount } credit { amount } payments { totalCount nodes { amount { amount } credit { amount } } }
  invoices(first: 100) { nodes { number paymentStatus amountPaid { amount } amountDue { amount }
    payments { amount { amount } payment { id } } } } } } }"""
DOCUMENTS = """
    SELECT d.version, d.payment_status, d.paid_minor, i.number, i.document_version FROM document d
    JOIN invoice i ON i.id = d.invoice_id ORDER BY i.month, i.ordinal, d.version
"""


def owing(parent_id: UUID, total_minor: int, ordinal: int = 1, month: str = "2026-10") -> Statement:
    charge = msgspec.structs.replace(a_purchase(), amount_minor=total_minor)
    statement = a_statement(ordinal, month=month, sessions=1, parent_id=parent_id, charges=[charge])
    return msgspec.structs.replace(statement, discounts=[], discount_minor=0, total_minor=total_minor)


@dataclass
class Till:
    asker: Asker
    told: list[InvoicePaid | InvoiceVoided] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.asker.host.databases["invoicing"]

    async def listen(self) -> None:
        kinds: dict[str, Any] = {kind.TOPIC: kind for kind in (InvoicePaid, InvoiceVoided)}

        async def hear(events: Sequence[Event]) -> None:
            self.told += [msgspec.json.decode(event.body, type=kinds[event.topic]) for event in events]

        await self.asker.host.broker.subscribe("probe", kinds, hear)

    async def meet(self, name: str, kind: PersonKind = "PARENT") -> UUID:
        """A person that packages tells of."""
        person_id = same_id("person", name)
        told = PersonChanged(
            person_id=person_id, kind=kind, parent_id=None, name=name, email=None, phone=None, version=1
        )
        await self.asker.publish(told)
        return person_id

    async def issue(self, month: str, *totals: tuple[UUID, int]) -> list[str]:
        """A cycle with one statement for each parent; the invoices' ids."""
        statements = [owing(parent, total, ordinal, month) for ordinal, (parent, total) in enumerate(totals, start=1)]
        await self.asker.publish(*self.cycle(month, statements))
        rows = await self.database.rows("SELECT id FROM invoice WHERE month = $1 ORDER BY ordinal", month)
        return [str(row["id"]) for row in rows]

    def cycle(self, month: str, statements: list[Statement]) -> list[CycleClosed]:
        return a_cycle(month, statements)

    async def pay(self, parent: UUID | None, amount_: str, **fields: Any) -> dict[str, Any]:
        given = {"parentId": parent and str(parent), "amount": {"amount": amount_}, "method": "UPI", **fields}
        payment: dict[str, Any] = (await self.asker.ask("invoicing", PAY, input=given))["recordPayment"]["payment"]
        return payment

    async def void(self, invoice: str, reason: str = "wrong price", **fields: Any) -> dict[str, Any]:
        given = {"invoiceId": invoice, "reason": reason, **fields}
        voided: dict[str, Any] = (await self.asker.ask("invoicing", VOID, input=given))["voidInvoice"]["invoice"]
        return voided

    async def parent(self, parent: UUID) -> dict[str, Any]:
        """As the parent's page shows them."""
        of = [{"__typename": "Parent", "id": str(parent)}]
        found: dict[str, Any] = (await self.asker.ask("invoicing", PARENT, of=of))["_entities"][0]
        return found

    async def standing(self, parent: UUID) -> tuple[str, str, list[tuple[str, str]]]:
        """Outstanding, credit, and each invoice's status and paid amount, the oldest first."""
        shown = await self.parent(parent)
        invoices = [(each["paymentStatus"], each["amountPaid"]["amount"]) for each in shown["invoices"]["nodes"]]
        return shown["outstanding"]["amount"], shown["credit"]["amount"], invoices[::-1]

    async def documents(self) -> list[tuple[int, str, int]]:
        """Each version of each invoice's document with the payment status and the amount that it shows."""
        rows = await self.database.rows(DOCUMENTS)
        return [(row["version"], row["payment_status"], row["paid_minor"]) for row in rows]
