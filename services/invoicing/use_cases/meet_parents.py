"""Open an account for each parent that packages tells of, so that they can pay before there is an invoice."""

from collections.abc import Sequence

from services.invoicing.use_cases.apply_payments import open_accounts
from services.invoicing.work import InvoicingWork
from shared.contracts.packages import PersonChanged
from shared.database.database import Transaction


async def meet_parents(work: InvoicingWork, transaction: Transaction, facts: Sequence[PersonChanged]) -> None:
    parents = [fact.person_id for fact in facts if fact.kind == "PARENT"]
    if parents:
        await open_accounts(transaction, parents)
        transaction.after_commit(work.arrivals.tell)
