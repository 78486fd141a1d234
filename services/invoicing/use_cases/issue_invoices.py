"""Issue the invoices of a closed cycle, as its parts arrive."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from services.invoicing.domain.numbering import NumberBlock, financial_year
from services.invoicing.domain.payments import InvoiceDue, PaymentLeft, allocate, payment_status
from services.invoicing.sql import issuing, payments
from services.invoicing.use_cases.apply_payments import apply_payments, open_accounts, states, tell_paid
from services.invoicing.use_cases.queue_documents import first_version, queue_documents
from services.invoicing.work import InvoicingWork
from shared.contracts.billing import CycleClosed, Statement
from shared.contracts.invoicing import InvoiceIssued
from shared.database.database import Transaction
from shared.ids import new_id
from shared.period import Month


async def issue_invoices(work: InvoicingWork, transaction: Transaction, parts: Sequence[CycleClosed]) -> None:
    """Part of the inbox's transaction. A part that was seen before, by whatever event, changes nothing.

    Of several months the earlier uses a parent's credit first.
    """
    await open_accounts(transaction, [statement.parent_id for part in parts for statement in part.statements])
    for part in sorted(parts, key=lambda part: (part.month, part.part)):
        if part.statements:
            await _issue_part(work, transaction, part)


async def _issue_part(work: InvoicingWork, transaction: Transaction, part: CycleClosed) -> None:
    block = await _block(transaction, part.cycle_id) or await _reserve_block(work, transaction, part)
    statements = await _not_issued(transaction, part)
    invoices = [_Invoice(part, statement, block.number_of(statement.ordinal)) for statement in statements]
    await transaction.execute_many(issuing.ISSUE, [invoice.row() for invoice in invoices])
    now = work.clock.now()
    await _use_credit(transaction, statements, [invoice.id for invoice in invoices], now)
    issued = await states(transaction, [invoice.id for invoice in invoices])
    await queue_documents(work, transaction, [first_version(invoice) for invoice in issued])
    await work.outbox.stage(transaction, [invoice.issued() for invoice in invoices], now)
    await tell_paid(work, transaction, issued, now)


async def _use_credit(
    transaction: Transaction, statements: Sequence[Statement], invoice_ids: Sequence[UUID], now: datetime
) -> None:
    left: dict[tuple[UUID, str], list[PaymentLeft]] = defaultdict(list)
    for row in await transaction.rows(payments.LEFT, sorted({statement.parent_id for statement in statements})):
        left[row["parent_id"], row["currency"]].append(PaymentLeft(row["id"], row["left_minor"]))
    due: dict[tuple[UUID, str], list[InvoiceDue]] = defaultdict(list)
    for statement, invoice_id in zip(statements, invoice_ids, strict=True):
        due[statement.parent_id, statement.currency].append(InvoiceDue(invoice_id, max(statement.total_minor, 0)))
    await apply_payments(transaction, [each for payer in left for each in allocate(left[payer], due[payer])], now)


async def _block(transaction: Transaction, cycle_id: UUID) -> NumberBlock | None:
    row = await transaction.row(issuing.BLOCK, cycle_id)
    return NumberBlock(row["financial_year"], row["first_number"], row["statement_count"]) if row else None


async def _reserve_block(work: InvoicingWork, transaction: Transaction, part: CycleClosed) -> NumberBlock:
    """Under the lock of the financial year's row; another process may have been first."""
    year = financial_year(Month.parse(part.month))
    await transaction.execute(issuing.OPEN_SERIES, year)
    first = await transaction.value(issuing.LOCK_SERIES, year)
    if reserved := await _block(transaction, part.cycle_id):
        return reserved
    letterhead = msgspec.json.encode(work.organisation).decode()
    await transaction.execute(
        issuing.RESERVE_BLOCK,
        *(part.cycle_id, part.month, year, first, part.statement_count, letterhead, part.closed_at),
    )
    await transaction.execute(issuing.ADVANCE_SERIES, year, part.statement_count)
    return NumberBlock(year, first, part.statement_count)


async def _not_issued(transaction: Transaction, part: CycleClosed) -> list[Statement]:
    ordinals = [statement.ordinal for statement in part.statements]
    issued = {row["ordinal"] for row in await transaction.rows(issuing.ISSUED_ORDINALS, part.cycle_id, ordinals)}
    return [statement for statement in part.statements if statement.ordinal not in issued]


class _Invoice:
    """One statement on its way into the tables. Its time of issue is the cycle's close."""

    def __init__(self, part: CycleClosed, statement: Statement, number: str) -> None:
        self._part = part
        self._statement = statement
        self._number = number
        self.id = new_id()

    def row(self) -> Sequence[object]:
        part, statement = self._part, self._statement
        status = payment_status(statement.total_minor, paid_minor=0)
        return (
            *(self.id, self._number, part.cycle_id, part.month, statement.ordinal, statement.statement_id),
            *(statement.parent_id, part.closed_at, statement.currency),
            *(statement.subtotal_minor, statement.discount_minor, statement.tax_minor, statement.total_minor),
            *(msgspec.json.encode(statement).decode(), self._search_text(), status.value),
        )

    def _search_text(self) -> str:
        return "\n".join((self._number, self._statement.parent_name, *self._statement.children)).casefold()

    def issued(self) -> InvoiceIssued:
        return InvoiceIssued(
            invoice_id=self.id,
            number=self._number,
            cycle_id=self._part.cycle_id,
            month=self._part.month,
            parent_id=self._statement.parent_id,
            total_minor=self._statement.total_minor,
            currency=self._statement.currency,
            issued_at=self._part.closed_at,
        )
