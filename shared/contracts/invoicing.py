"""What the invoicing service tells the others."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts import Contract


class InvoiceIssued(Contract, frozen=True, kw_only=True):
    """An invoice got its number."""

    TOPIC: ClassVar[str] = "invoicing.invoice_issued.v1"
    invoice_id: UUID
    number: str
    cycle_id: UUID
    month: str
    parent_id: UUID
    total_minor: int
    currency: str
    issued_at: datetime


class InvoicePaid(Contract, frozen=True, kw_only=True):
    """Nothing is due on an invoice any more."""

    TOPIC: ClassVar[str] = "invoicing.invoice_paid.v1"
    invoice_id: UUID
    number: str
    parent_id: UUID
    total_minor: int
    currency: str
    paid_at: datetime


class InvoiceVoided(Contract, frozen=True, kw_only=True):
    """An invoice was voided; its statement's charges go back to billing."""

    TOPIC: ClassVar[str] = "invoicing.invoice_voided.v1"
    invoice_id: UUID
    number: str
    cycle_id: UUID
    statement_id: UUID
    parent_id: UUID
    reason: str
    voided_at: datetime


class DocumentsRendered(Contract, frozen=True, kw_only=True):
    """How far the documents of a cycle have come."""

    TOPIC: ClassVar[str] = "invoicing.documents_rendered.v1"
    cycle_id: UUID
    month: str
    queued: int
    rendered: int
    failed: int
    at: datetime
