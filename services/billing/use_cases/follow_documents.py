"""How far invoicing has come with a cycle's documents, for those who watch the cycle."""

from collections.abc import Sequence

from services.billing.sql.progress import keep_documents
from services.billing.work import BillingWork
from shared.contracts.invoicing import DocumentsRendered
from shared.database.database import Transaction


async def follow_documents(work: BillingWork, transaction: Transaction, facts: Sequence[DocumentsRendered]) -> None:
    await keep_documents(transaction, facts)
    transaction.after_commit(work.progressed.set)
