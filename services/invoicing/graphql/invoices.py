"""Invoices, and what they add to parents and cycles."""

from collections.abc import Mapping
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
from shared.database.row import Row
from shared.graphql.columns import OnRow, column
from shared.graphql.context import reader_of
from shared.graphql.entities import Entity, id_of
from shared.graphql.listed import listed
from shared.graphql.loading import loaded, referred
from shared.graphql.money import Document, ShownMoney, show
from shared.graphql.pages import TIME_KEY, Connection, Page, connection
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

    @loaded("outstanding", by=id_of)
    def outstanding(self, info: Info, amount_minor: int) -> ShownMoney:
        """What is still due on all invoices together."""
        return show(Money(amount_minor, info.context.currency), info)

    @loaded("credit", by=id_of)
    def credit(self, info: Info, amount_minor: int) -> ShownMoney:
        """What was paid beyond all invoices; the next invoice uses it."""
        return show(Money(amount_minor, info.context.currency), info)

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

    @loaded("document_counts", by=id_of)
    def documents(self, _: Info, counts: Mapping[DocumentStatus, int]) -> CycleDocuments:
        return CycleDocuments(
            queued=counts.get(DocumentStatus.QUEUED, 0),
            rendered=counts.get(DocumentStatus.RENDERED, 0),
            failed=counts.get(DocumentStatus.FAILED, 0),
        )


@strawberry.federation.type(keys=["id"], description="The numbered document of one statement.")
class Invoice(Entity, loader="invoices"):
    id: strawberry.ID = column(str)
    number: str = column()
    month: Month = column(Month.parse)
    issued_at: datetime = column()
    payment_status: PaymentStatus = column(PaymentStatus)
    document_status: DocumentStatus = column(DocumentStatus)
    void_reason: str | None = column()
    voided_at: datetime | None = column()

    @strawberry.field
    def cycle(self) -> BillingCycle:
        return BillingCycle(id=strawberry.ID(str(self.row["cycle_id"])))

    @strawberry.field
    def parent(self) -> Parent:
        return Parent(id=strawberry.ID(str(self.row["parent_id"])))

    @loaded("statements")
    def lines(self, _: Info, statement: Statement) -> list[InvoiceLine]:
        return [InvoiceLine.of(line, self.row["currency"]) for line in statement.charges]

    @loaded("statements")
    def sessions(self, _: Info, statement: Statement) -> list[InvoicedSession]:
        return [InvoicedSession.of(line, self.row["currency"]) for line in statement.sessions]

    @loaded("statements")
    def package_usage(self, _: Info, statement: Statement) -> list[InvoicedPackage]:
        return [InvoicedPackage.of(usage) for usage in statement.packages]

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

    @loaded("paid_on")
    def payments(self, _: Info, rows: list[Row]) -> list["PaymentAllocation"]:
        """What it got of which payments, the first first."""
        return [PaymentAllocation.of(row) for row in rows]

    @strawberry.field
    async def pdf(self, info: Info) -> Document:
        """The newest version that is there, by a link that expires."""
        file = await info.context.loaders.files.load(self.row["id"])
        return _no_document(self.document_status) if file is None else await _linked(info, file)

    @loaded("documents")
    def documents(self, _: Info, rows: list[Row]) -> list["InvoiceDocument"]:
        """Every version of its PDF, the newest first."""
        return [InvoiceDocument.of(row) for row in rows]

    def _shown(self, amount_minor: int, info: Info) -> ShownMoney:
        return show(Money(amount_minor, self.row["currency"]), info)


@strawberry.type(description="One version of an invoice's PDF, made when its payments stood so.")
class InvoiceDocument(OnRow):
    version: int = column()
    status: DocumentStatus = column(DocumentStatus)
    payment_status: PaymentStatus = column(PaymentStatus)
    attempts: int = column()
    rendered_at: datetime | None = column()
    reason: str | None = column()
    """Why the last attempt failed; coordinators see it."""
    invoice: Invoice | None = referred("invoices", "invoice_id", Invoice)

    @strawberry.field
    async def pdf(self, info: Info) -> Document:
        """By a link that expires."""
        invoice = await info.context.loaders.invoices.load(self.row["invoice_id"])
        if self.row["file_key"] is None or invoice is None:
            return _no_document(self.status)
        return await _linked(info, {**self.row, "number": invoice["number"]})


@strawberry.type(description="Money that came in from a parent.")
class Payment(OnRow):
    id: strawberry.ID = column(str)
    method: PaymentMethod = column(PaymentMethod)
    reference: str | None = column()
    recorded_at: datetime = column()
    recorded_by: str | None = column()
    """The coordinator; coordinators see it."""
    invoice: Invoice | None = referred("invoices", "invoice_id", Invoice)
    """The invoice that it was paid for; null when it was for the oldest unpaid ones."""

    @strawberry.field
    def parent(self) -> Parent:
        return Parent(id=strawberry.ID(str(self.row["parent_id"])))

    @strawberry.field
    def amount(self, info: Info) -> ShownMoney:
        return show(Money(self.row["amount_minor"], self.row["currency"]), info)

    @strawberry.field
    def credit(self, info: Info) -> ShownMoney:
        """What no invoice has used of it yet."""
        return show(Money(self.row["amount_minor"] - self.row["applied_minor"], self.row["currency"]), info)

    @loaded("used_of")
    def allocations(self, _: Info, rows: list[Row]) -> list["PaymentAllocation"]:
        """What invoices got of it, the first first."""
        return [PaymentAllocation.of(row) for row in rows]


@strawberry.type(description="What an invoice got of a payment.")
class PaymentAllocation(OnRow):
    method: PaymentMethod = column(PaymentMethod)
    reference: str | None = column()
    recorded_at: datetime = column()
    applied_at: datetime = column()
    payment: Payment | None = referred("payments", "payment_id", Payment)
    invoice: Invoice | None = referred("invoices", "invoice_id", Invoice)

    @strawberry.field
    def amount(self, info: Info) -> ShownMoney:
        return show(Money(self.row["amount_minor"], self.row["currency"]), info)


def _no_document(status: DocumentStatus) -> Document:
    return Document(available=False, url=None, sha256=None, reason=status.value)


async def _linked(info: Info, file: Row) -> Document:
    name = file_name(file["number"], file["version"])
    url = await info.context.files.link(file["file_key"], LINK_LIFETIME, name, reader_of(info.context.viewer))
    return Document(available=True, url=url, sha256=file["sha256"], reason=None)


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
