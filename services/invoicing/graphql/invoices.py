"""Invoices, and what they add to parents and cycles."""

from collections.abc import Awaitable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import strawberry

from services.invoicing import reads
from services.invoicing.domain.documents import DocumentStatus, file_name
from services.invoicing.domain.payments import PaymentMethod, PaymentStatus, due_minor
from services.invoicing.graphql.context import Info
from services.invoicing.graphql.filters import KEYS
from services.invoicing.graphql.lines import InvoicedPackage, InvoicedSession, InvoiceLine
from services.invoicing.reads import Wanted
from shared.contracts.billing import Statement
from shared.database.database import Row
from shared.graphql.context import reader_of
from shared.graphql.money import Document, ShownMoney, show
from shared.graphql.pages import TIME_KEY, Connection, Page, connection, listed
from shared.ids import parse_id
from shared.money import Money
from shared.period import Month

LINK_LIFETIME = timedelta(minutes=15)
strawberry.enum(PaymentMethod, description="How money came in.")


@strawberry.federation.type(keys=["id"])
class Parent:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Parent | None":  # noqa: A002 -- the key's name
        return cls(id=id) if info.context.sight.reaches(parse_id(id)) else None

    @strawberry.field
    async def invoices(self, info: Info, first: int | None = None, after: str | None = None) -> Connection["Invoice"]:
        """The newest first."""
        return await invoice_page(info, Wanted(parent_id=UUID(self.id)), first, after)

    @strawberry.field
    async def outstanding(self, info: Info) -> ShownMoney:
        """What is still due on all invoices together."""
        return show(Money(await info.context.load.outstanding.load(UUID(self.id)), info.context.currency), info)

    @strawberry.field
    async def credit(self, info: Info) -> ShownMoney:
        """What was paid beyond all invoices; the next invoice uses it."""
        return show(Money(await info.context.load.credit.load(UUID(self.id)), info.context.currency), info)

    @strawberry.field
    async def payments(self, info: Info, first: int | None = None, after: str | None = None) -> Connection["Payment"]:
        """The latest first."""
        listing = reads.payments_of(UUID(self.id))
        return await listed(info.context.database, listing, first, after, TIME_KEY, Payment.of)


@strawberry.type(description="How far the documents of a cycle have come.")
class CycleDocuments:
    queued: int
    rendered: int
    failed: int


@strawberry.federation.type(keys=["id"])
class BillingCycle:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> "BillingCycle":  # noqa: A002 -- the key's name
        parse_id(id)
        return cls(id=id)

    @strawberry.field
    async def invoices(self, info: Info, first: int | None = None, after: str | None = None) -> Connection["Invoice"]:
        """The highest number first."""
        return await invoice_page(info, Wanted(cycle_id=UUID(self.id)), first, after)

    @strawberry.field
    async def documents(self, info: Info) -> CycleDocuments:
        counts = await info.context.load.document_counts.load(UUID(self.id))
        return CycleDocuments(
            queued=counts.get(DocumentStatus.QUEUED, 0),
            rendered=counts.get(DocumentStatus.RENDERED, 0),
            failed=counts.get(DocumentStatus.FAILED, 0),
        )


@strawberry.federation.type(keys=["id"], description="The numbered document of one statement.")
class Invoice:
    row: strawberry.Private[Row]
    id: strawberry.ID
    number: str
    month: Month
    cycle: BillingCycle
    parent: Parent
    issued_at: datetime
    payment_status: PaymentStatus
    document_status: DocumentStatus
    void_reason: str | None
    voided_at: datetime | None

    @classmethod
    def of(cls, row: Row) -> "Invoice":
        return cls(
            row=row,
            id=strawberry.ID(str(row["id"])),
            number=row["number"],
            month=Month.parse(row["month"]),
            cycle=BillingCycle(id=strawberry.ID(str(row["cycle_id"]))),
            parent=Parent(id=strawberry.ID(str(row["parent_id"]))),
            issued_at=row["issued_at"],
            payment_status=PaymentStatus(row["payment_status"]),
            document_status=DocumentStatus(row["document_status"]),
            void_reason=row["void_reason"],
            voided_at=row["voided_at"],
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Invoice | None":  # noqa: A002 -- the key's name
        row = await info.context.load.invoices.load(parse_id(id))
        return cls.of(row) if row else None

    @strawberry.field
    async def lines(self, info: Info) -> list[InvoiceLine]:
        return [InvoiceLine.of(line, self.row["currency"]) for line in (await self._statement(info)).charges]

    @strawberry.field
    async def sessions(self, info: Info) -> list[InvoicedSession]:
        return [InvoicedSession.of(line, self.row["currency"]) for line in (await self._statement(info)).sessions]

    @strawberry.field
    async def package_usage(self, info: Info) -> list[InvoicedPackage]:
        return [InvoicedPackage.of(usage) for usage in (await self._statement(info)).packages]

    @strawberry.field
    def subtotal(self, info: Info) -> ShownMoney:
        return self._shown(self.row["subtotal_minor"], info)

    @strawberry.field
    def discount(self, info: Info) -> ShownMoney:
        return self._shown(self.row["discount_minor"], info)

    @strawberry.field
    def tax(self, info: Info) -> ShownMoney:
        return self._shown(self.row["tax_minor"], info)

    @strawberry.field
    def total(self, info: Info) -> ShownMoney:
        return self._shown(self.row["total_minor"], info)

    @strawberry.field
    def amount_paid(self, info: Info) -> ShownMoney:
        return self._shown(self.row["paid_minor"], info)

    @strawberry.field
    def amount_due(self, info: Info) -> ShownMoney:
        due = due_minor(self.row["total_minor"], self.row["paid_minor"], self.payment_status)
        return self._shown(due, info)

    @strawberry.field
    async def payments(self, info: Info) -> list["PaymentAllocation"]:
        """What it got of which payments, the first first."""
        return [PaymentAllocation.of(row) for row in await info.context.load.paid_on.load(self.row["id"])]

    @strawberry.field
    async def pdf(self, info: Info) -> Document:
        """The newest version that is there, by a link that expires."""
        file = await info.context.load.files.load(self.row["id"])
        return _no_document(self.document_status) if file is None else await _linked(info, file)

    @strawberry.field
    async def documents(self, info: Info) -> list["InvoiceDocument"]:
        """Every version of its PDF, the newest first."""
        return [InvoiceDocument.of(row) for row in await info.context.load.documents.load(self.row["id"])]

    def _statement(self, info: Info) -> Awaitable[Statement]:
        return info.context.load.statements.load(self.row["id"])

    def _shown(self, amount_minor: int, info: Info) -> ShownMoney:
        return show(Money(amount_minor, self.row["currency"]), info)


@strawberry.type(description="One version of an invoice's PDF, made when its payments stood so.")
class InvoiceDocument:
    row: strawberry.Private[Row]
    version: int
    status: DocumentStatus
    payment_status: PaymentStatus
    attempts: int
    rendered_at: datetime | None

    @classmethod
    def of(cls, row: Row) -> "InvoiceDocument":
        return cls(
            row=row,
            version=row["version"],
            status=DocumentStatus(row["status"]),
            payment_status=PaymentStatus(row["payment_status"]),
            attempts=row["attempts"],
            rendered_at=row["rendered_at"],
        )

    @strawberry.field
    def reason(self) -> str | None:
        """Why the last attempt failed; coordinators see it."""
        reason: str | None = self.row["reason"]
        return reason

    @strawberry.field
    async def invoice(self, info: Info) -> Invoice | None:
        return await _invoice(info, self.row["invoice_id"])

    @strawberry.field
    async def pdf(self, info: Info) -> Document:
        """By a link that expires."""
        invoice = await info.context.load.invoices.load(self.row["invoice_id"])
        if self.row["file_key"] is None or invoice is None:
            return _no_document(self.status)
        return await _linked(info, {**self.row, "number": invoice["number"]})


@strawberry.type(description="Money that came in from a parent.")
class Payment:
    row: strawberry.Private[Row]
    id: strawberry.ID
    parent: Parent
    method: PaymentMethod
    reference: str | None
    recorded_at: datetime

    @classmethod
    def of(cls, row: Row) -> "Payment":
        return cls(
            row=row,
            id=strawberry.ID(str(row["id"])),
            parent=Parent(id=strawberry.ID(str(row["parent_id"]))),
            method=PaymentMethod(row["method"]),
            reference=row["reference"],
            recorded_at=row["recorded_at"],
        )

    @strawberry.field
    def recorded_by(self) -> str | None:
        """The coordinator; coordinators see it."""
        by: str = self.row["recorded_by"]
        return by

    @strawberry.field
    async def invoice(self, info: Info) -> Invoice | None:
        """The invoice that it was paid for; null when it was for the oldest unpaid ones."""
        return await _invoice(info, self.row["invoice_id"])

    @strawberry.field
    def amount(self, info: Info) -> ShownMoney:
        return show(Money(self.row["amount_minor"], self.row["currency"]), info)

    @strawberry.field
    def credit(self, info: Info) -> ShownMoney:
        """What no invoice has used of it yet."""
        return show(Money(self.row["amount_minor"] - self.row["applied_minor"], self.row["currency"]), info)

    @strawberry.field
    async def allocations(self, info: Info) -> list["PaymentAllocation"]:
        """What invoices got of it, the first first."""
        return [PaymentAllocation.of(row) for row in await info.context.load.used_of.load(self.row["id"])]


@strawberry.type(description="What an invoice got of a payment.")
class PaymentAllocation:
    row: strawberry.Private[Row]
    method: PaymentMethod
    reference: str | None
    recorded_at: datetime
    applied_at: datetime

    @classmethod
    def of(cls, row: Row) -> "PaymentAllocation":
        return cls(
            row=row,
            method=PaymentMethod(row["method"]),
            reference=row["reference"],
            recorded_at=row["recorded_at"],
            applied_at=row["applied_at"],
        )

    @strawberry.field
    def amount(self, info: Info) -> ShownMoney:
        return show(Money(self.row["amount_minor"], self.row["currency"]), info)

    @strawberry.field
    async def payment(self, info: Info) -> Payment | None:
        row = await info.context.load.payments.load(self.row["payment_id"])
        return Payment.of(row) if row else None

    @strawberry.field
    async def invoice(self, info: Info) -> Invoice | None:
        return await _invoice(info, self.row["invoice_id"])


def _no_document(status: DocumentStatus) -> Document:
    return Document(available=False, url=None, sha256=None, reason=status.value)


async def _linked(info: Info, file: Row) -> Document:
    name = file_name(file["number"], file["version"])
    url = await info.context.files.link(file["file_key"], LINK_LIFETIME, name, reader_of(info.context.viewer))
    return Document(available=True, url=url, sha256=file["sha256"], reason=None)


async def _invoice(info: Info, invoice_id: UUID | None) -> Invoice | None:
    row = None if invoice_id is None else await info.context.load.invoices.load(invoice_id)
    return Invoice.of(row) if row else None


async def invoice_page(info: Info, wanted: Wanted, first: int | None, after: str | None) -> Connection[Invoice]:
    context = info.context
    page = Page.asked(first, after, KEYS[wanted.order])
    return connection(
        page,
        await reads.invoice_page(context.database.dialect, context.sight, wanted, page).rows(context.database),
        key=wanted.order.key,
        node=Invoice.of,
        count=partial(reads.count_invoices, context.database, context.sight, wanted),
    )
