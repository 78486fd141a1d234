"""What invoicing consumes: topic → use case, through the inbox."""

from collections.abc import Mapping
from functools import partial

from services.invoicing.use_cases.issue_invoices import issue_invoices
from services.invoicing.use_cases.meet_parents import meet_parents
from services.invoicing.work import InvoicingWork
from shared.contracts import Contract
from shared.contracts.billing import CycleClosed
from shared.contracts.packages import PersonChanged
from shared.messaging.inbox import Handler


def handlers(work: InvoicingWork) -> Mapping[type[Contract], Handler]:
    return {CycleClosed: partial(issue_invoices, work), PersonChanged: partial(meet_parents, work)}
