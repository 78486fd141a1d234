"""Names and contact details, as packages tells them."""

from collections.abc import Sequence

from services.billing.sql.people import upsert_people
from services.billing.work import BillingWork
from shared.contracts.packages import PersonChanged
from shared.database.database import Transaction


async def remember_people(work: BillingWork, transaction: Transaction, facts: Sequence[PersonChanged]) -> None:
    await upsert_people(transaction, facts)
    transaction.after_commit(work.arrivals.tell)
