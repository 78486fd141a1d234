"""The audit trail as coordinators read it: one type for all services, a root field for each."""

from datetime import datetime
from typing import Any

import strawberry

from shared.database.database import Statements
from shared.database.listing import Filter
from shared.graphql.columns import OnRow, column
from shared.graphql.context import Info
from shared.graphql.listed import listed
from shared.graphql.money import ShownMoney, show
from shared.graphql.pages import TIME_KEY, Connection
from shared.ids import parse_id
from shared.money import Money
from shared.mutations.audit import OWN_ENTRIES, audit_listing


@strawberry.federation.type(
    shareable=True, description="Something that a coordinator did and that touches money: who, when, what and why."
)
class AuditEntry(OnRow):
    id: strawberry.ID = column(str)
    action: str = column(description="The mutation, like APPROVE_SESSION.")
    subject_id: strawberry.ID = column(str, description="What it made or changed.")
    reason: str | None = column()
    done_at: datetime = column()
    done_by: str = column(description="The subject of the token it was done with.")

    @strawberry.field
    def amount(self, info: Info[Any]) -> ShownMoney | None:
        """What it was about, where that is an amount."""
        if self.row["amount_minor"] is None:
            return None
        return show(Money(self.row["amount_minor"], self.row["currency"]), info)


@strawberry.input(description="`doneFrom` and `doneBefore` are instants.")
class AuditFilter:
    action: str | None = None
    subject_id: strawberry.ID | None = None
    done_by: str | None = None
    done_from: datetime | None = None
    done_before: datetime | None = None

    def filters(self) -> list[Filter]:
        subject_id = None if self.subject_id is None else parse_id(self.subject_id, "subjectId")
        asked = {
            "e.action = {}": self.action,
            "e.subject_id = {}": subject_id,
            "e.done_by = {}": self.done_by,
            "e.done_at >= {}": self.done_from,
            "e.done_at < {}": self.done_before,
        }
        return [(condition, (value,)) for condition, value in asked.items() if value is not None]


async def audited(
    statements: Statements,
    filter: AuditFilter | None,  # noqa: A002
    first: int | None,
    after: str | None,
    entries: str = OWN_ENTRIES,
) -> Connection[AuditEntry]:
    """What a service's root field answers."""
    listing = audit_listing(filter.filters() if filter else [], entries)
    return await listed(statements, listing, first, after, TIME_KEY, AuditEntry.of)
