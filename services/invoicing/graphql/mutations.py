"""What coordinators can have invoicing do."""

from uuid import UUID

import strawberry

from services.invoicing.domain.payments import PaymentMethod
from services.invoicing.graphql.context import Info
from services.invoicing.graphql.invoices import Invoice, Payment
from services.invoicing.use_cases.record_payment import NewPayment, record_payment
from services.invoicing.use_cases.rerender_invoice import rerender_invoice
from services.invoicing.use_cases.void_invoice import Voiding, void_invoice
from shared.errors import NotFound
from shared.graphql.money import MoneyInput
from shared.ids import parse_id


@strawberry.input(
    description="Money that came in from a parent. It pays the invoice that is named, or the parent's oldest unpaid"
    " ones; what is left over is the parent's credit, which the next invoice uses."
)
class RecordPaymentInput:
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="May be left out when an invoice is named."
    )
    invoice_id: strawberry.ID | None = None
    amount: MoneyInput
    method: PaymentMethod
    reference: str | None = strawberry.field(default=None, description="What finds it at the bank again.")
    idempotency_key: str | None = None

    def content(self, currency: str) -> NewPayment:
        return NewPayment(
            parent_id=None if self.parent_id is None else parse_id(self.parent_id, "parentId"),
            invoice_id=None if self.invoice_id is None else parse_id(self.invoice_id, "invoiceId"),
            amount=self.amount.in_currency(currency),
            method=self.method,
            reference=self.reference,
        )


@strawberry.input
class VoidInvoiceInput:
    invoice_id: strawberry.ID
    reason: str
    idempotency_key: str | None = None

    def content(self) -> Voiding:
        return Voiding(invoice_id=parse_id(self.invoice_id, "invoiceId"), reason=self.reason)


@strawberry.type
class RecordPaymentPayload:
    payment: Payment


@strawberry.type
class VoidInvoicePayload:
    invoice: Invoice


@strawberry.type(description="`queued`: how many of its documents are on their way; 0 when none is missing.")
class RerenderInvoicePayload:
    invoice: Invoice
    queued: int


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def record_payment(self, info: Info, input: RecordPaymentInput) -> RecordPaymentPayload:  # noqa: A002
        work, by = info.context.work, info.context.viewer.subject
        payment_id = await record_payment(work, input.content(info.context.currency), input.idempotency_key, by)
        row = await info.context.loaders.payments.load(payment_id)
        if row is None:
            raise NotFound(f"no such payment: {payment_id}")
        return RecordPaymentPayload(payment=Payment.of(row))

    @strawberry.mutation
    async def void_invoice(self, info: Info, input: VoidInvoiceInput) -> VoidInvoicePayload:  # noqa: A002
        """It keeps its number; its charges go back to billing for the next cycle. Refused when a payment is on it."""
        work, by = info.context.work, info.context.viewer.subject
        invoice_id = await void_invoice(work, input.content(), input.idempotency_key, by)
        return VoidInvoicePayload(invoice=await _invoice(info, invoice_id))

    @strawberry.mutation
    async def rerender_invoice(self, info: Info, id: strawberry.ID) -> RerenderInvoicePayload:  # noqa: A002
        """Has those of its documents that failed, or whose files are lost, rendered again."""
        work, by = info.context.work, info.context.viewer.subject
        invoice_id = parse_id(id)
        queued = await rerender_invoice(work, info.context.files, invoice_id, by)
        return RerenderInvoicePayload(invoice=await _invoice(info, invoice_id), queued=queued)


async def _invoice(info: Info, invoice_id: UUID) -> Invoice:
    row = await info.context.loaders.invoices.load(invoice_id)
    if row is None:
        raise NotFound(f"no such invoice: {invoice_id}")
    return Invoice.of(row)
