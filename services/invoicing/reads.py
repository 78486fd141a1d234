"""Batch reads for GraphQL: rows as they are, only those that the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from services.invoicing.domain.documents import DocumentStatus
from services.invoicing.domain.payments import PaymentStatus
from services.invoicing.sql import reading
from shared.auth.viewer import Role, Viewer
from shared.contracts.billing import Statement
from shared.database.database import Database, Row
from shared.graphql.pages import Page
from shared.period import Month


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose invoices a viewer may see: everybody's, one parent's, or nobody's."""

    everything: bool = False
    parent_id: UUID | None = None

    @classmethod
    def of(cls, viewer: Viewer) -> "Sight":
        if viewer.role in (Role.COORDINATOR, Role.SERVICE):
            return cls(everything=True)
        return cls(parent_id=viewer.person_id if viewer.role is Role.PARENT else None)

    def reaches(self, parent_id: UUID) -> bool:
        return self.everything or parent_id == self.parent_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list of invoices is narrowed to; `search` is a piece of a number, a parent's or a child's name."""

    month: Month | None = None
    cycle_id: UUID | None = None
    parent_id: UUID | None = None
    payment_status: PaymentStatus | None = None
    document_status: DocumentStatus | None = None
    search: str | None = None


class _Condition:
    """A WHERE clause and its parameters, grown together."""

    def __init__(self, sight: Sight) -> None:
        self.parameters: list[object] = []
        self._terms: list[str] = []
        if not sight.everything:
            self.add("i.parent_id = {}", sight.parent_id)

    def add(self, term: str, *values: object) -> None:
        """`term` has a {} for each value."""
        first = len(self.parameters) + 1
        self._terms.append(term.format(*(f"${first + place}" for place in range(len(values)))))
        self.parameters.extend(values)

    def clause(self) -> str:
        return f"WHERE {' AND '.join(self._terms)}" if self._terms else ""


def _narrowed(sight: Sight, wanted: Wanted) -> _Condition:
    condition = _Condition(sight)
    for term, value in (
        ("i.month = {}", wanted.month and str(wanted.month)),
        ("i.cycle_id = {}", wanted.cycle_id),
        ("i.parent_id = {}", wanted.parent_id),
        ("i.payment_status = {}", wanted.payment_status and wanted.payment_status.value),
        ("d.status = {}", wanted.document_status and wanted.document_status.value),
        (r"i.search_text LIKE {} ESCAPE '\'", _pattern(wanted.search)),
    ):
        if value is not None:
            condition.add(term, value)
    return condition


def _pattern(search: str | None) -> str | None:
    if not search or not search.strip():
        return None
    literal = search.strip().casefold().translate({ord(wild): f"\\{wild}" for wild in "\\%_"})
    return f"%{literal}%"


async def invoices(database: Database, sight: Sight, wanted: Wanted, page: Page) -> list[Row]:
    """Up to `page.limit` invoices, the newest month first and in it the highest number."""
    condition = _narrowed(sight, wanted)
    if page.after is not None:
        condition.add("(i.month, i.ordinal) < ({}, {})", *page.after)
    limit = f"LIMIT {page.limit}"
    statement = " ".join((reading.INVOICES, condition.clause(), reading.NEWEST_FIRST, limit))
    return await database.rows(statement, *condition.parameters)


async def count_invoices(database: Database, sight: Sight, wanted: Wanted) -> int:
    condition = _narrowed(sight, wanted)
    return int(await database.value(f"{reading.COUNT} {condition.clause()}", *condition.parameters))


async def invoices_by(database: Database, sight: Sight, column: str, keys: Sequence[object]) -> dict[Any, Row]:
    """By `id` or by `number`; what the viewer may not see is not there."""
    condition = _Condition(sight)
    kind = "uuid" if column == "id" else "text"
    condition.add(f"i.{column} = ANY({{}}::{kind}[])", list(keys))
    rows = await database.rows(f"{reading.INVOICES} {condition.clause()}", *condition.parameters)
    return {row[column]: row for row in rows}


async def statements(database: Database, invoice_ids: Sequence[UUID]) -> dict[UUID, Statement]:
    rows = await database.rows(reading.STATEMENTS, list(invoice_ids))
    return {row["id"]: msgspec.json.decode(row["statement"], type=Statement) for row in rows}


async def rendered_files(database: Database, invoice_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """The newest version that has been rendered of each."""
    rows = await database.rows(reading.RENDERED_FILES, list(invoice_ids))
    return {row["invoice_id"]: row for row in rows}


async def outstanding(database: Database, parent_ids: Sequence[UUID]) -> dict[UUID, int]:
    """In minor units; parents who owe nothing are not there."""
    rows = await database.rows(reading.OUTSTANDING, list(parent_ids))
    return {row["parent_id"]: row["outstanding_minor"] for row in rows}


async def credit(database: Database, parent_ids: Sequence[UUID]) -> dict[UUID, int]:
    """In minor units; parents who never had an invoice are not there."""
    rows = await database.rows(reading.CREDIT, list(parent_ids))
    return {row["parent_id"]: row["credit_minor"] for row in rows}


async def document_counts(
    database: Database, sight: Sight, cycle_ids: Sequence[UUID]
) -> dict[UUID, dict[DocumentStatus, int]]:
    condition = _Condition(sight)
    condition.add("i.cycle_id = ANY({}::uuid[])", list(cycle_ids))
    statement = f"{reading.DOCUMENT_COUNTS} {condition.clause()} GROUP BY i.cycle_id, d.status"
    counts: dict[UUID, dict[DocumentStatus, int]] = {cycle_id: {} for cycle_id in cycle_ids}
    for row in await database.rows(statement, *condition.parameters):
        counts[row["cycle_id"]][DocumentStatus(row["status"])] = row["documents"]
    return counts
