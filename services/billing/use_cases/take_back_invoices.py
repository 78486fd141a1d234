"""A voided invoice's charges come back: the parent's next statement carries what the voided one came to."""

from collections.abc import Sequence

from services.billing.domain.charges import voided_description
from services.billing.sql.returns import return_charges
from services.billing.work import BillingWork
from shared.contracts.invoicing import InvoiceVoided
from shared.database.database import Transaction


async def take_back_invoices(work: BillingWork, transaction: Transaction, facts: Sequence[InvoiceVoided]) -> None:
    """A statement returns at most once; one with nothing due has nothing to return."""
    now = work.clock.now()
    for fact in facts:
        await return_charges(transaction, fact.statement_id, voided_description(fact.number), work.today, now)
