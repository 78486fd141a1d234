"""What people are told without having asked: which facts, by what name, and whom each concerns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.auth.viewer import Role
from shared.contracts import Contract
from shared.contracts.billing import PayoutPaid
from shared.contracts.invoicing import InvoiceIssued
from shared.contracts.packages import LowPackageRaised, LowPackageResolved


class NoticeKind(StrEnum):
    LOW_PACKAGE_RAISED = "LOW_PACKAGE_RAISED"
    LOW_PACKAGE_RESOLVED = "LOW_PACKAGE_RESOLVED"
    PAYOUT_PAID = "PAYOUT_PAID"
    INVOICE_ISSUED = "INVOICE_ISSUED"


Fact = LowPackageRaised | LowPackageResolved | PayoutPaid | InvoiceIssued

FACTS: Mapping[NoticeKind, type[Fact]] = {
    NoticeKind.LOW_PACKAGE_RAISED: LowPackageRaised,
    NoticeKind.LOW_PACKAGE_RESOLVED: LowPackageResolved,
    NoticeKind.PAYOUT_PAID: PayoutPaid,
    NoticeKind.INVOICE_ISSUED: InvoiceIssued,
}
KINDS: Mapping[type[Contract], NoticeKind] = {fact: kind for kind, fact in FACTS.items()}


@dataclass(frozen=True, slots=True)
class Notice:
    """`cause_id` is the alert, payout or invoice; `person_id` with `role` is whom it is about. `superseded_by`: who has
    been told that of the same cause need not hear this any more."""

    kind: NoticeKind
    fact: Fact
    cause_id: UUID
    role: Role
    person_id: UUID
    occurred_at: datetime
    for_coordinators: bool = False
    superseded_by: NoticeKind | None = None


def notice_of(fact: Fact) -> Notice:
    kind = KINDS[type(fact)]
    match fact:
        case LowPackageRaised():
            over = NoticeKind.LOW_PACKAGE_RESOLVED
            return Notice(kind, fact, fact.alert_id, Role.PARENT, fact.parent_id, fact.raised_at, True, over)
        case LowPackageResolved():
            return Notice(kind, fact, fact.alert_id, Role.PARENT, fact.parent_id, fact.resolved_at, True)
        case PayoutPaid():
            return Notice(kind, fact, fact.payout_id, Role.TUTOR, fact.tutor_id, fact.paid_at)
        case InvoiceIssued():
            return Notice(kind, fact, fact.invoice_id, Role.PARENT, fact.parent_id, fact.issued_at)
