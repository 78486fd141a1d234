"""What billing hears from other services, and which use case takes it."""

from collections.abc import Mapping
from functools import partial

from services.billing.use_cases.follow_documents import follow_documents
from services.billing.use_cases.remember_people import remember_people
from services.billing.use_cases.take_back_invoices import take_back_invoices
from services.billing.use_cases.take_entries import (
    take_approvals,
    take_purchases,
    take_renewals,
    take_reversals,
    take_seals,
)
from services.billing.work import BillingWork
from shared.contracts import Contract
from shared.contracts.invoicing import DocumentsRendered, InvoiceVoided
from shared.contracts.packages import (
    PackagePurchased,
    PackageRenewed,
    PeriodSealed,
    PersonChanged,
    SessionApproved,
    SessionReversed,
)
from shared.messaging.inbox import Handler


def handlers(work: BillingWork) -> Mapping[type[Contract], Handler]:
    return {
        SessionApproved: partial(take_approvals, work),
        SessionReversed: partial(take_reversals, work),
        PackagePurchased: partial(take_purchases, work),
        PackageRenewed: partial(take_renewals, work),
        PeriodSealed: partial(take_seals, work),
        PersonChanged: partial(remember_people, work),
        DocumentsRendered: partial(follow_documents, work),
        InvoiceVoided: partial(take_back_invoices, work),
    }
