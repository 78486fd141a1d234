"""Batch reads for GraphQL: rows as they are, only those that the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec

from services.invoicing.domain.documents import DocumentStatus
from services.invoicing.domain.payments import PaymentStatus
from services.invoicing.sql import reading
from services.invoicing.sql.reading import Invoices
from shared.auth.viewer import Role, Viewer
from shared.contracts.billing import Statement
from shared.database.database import Database, Dialect, Statements
from shared.database.listing import Conditions, Listing, Order
from shared.database.row import Row
from shared.graphql.pages import Page
from shared.period import Month
from shared.text import one_line

LONGEST_SEARCH = 200
SHORTEST_INDEXED = 3
_LATEST_FIRST = Order("p", "recorded_at", descending=True)


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


class InvoiceOrder(Enum):
    """Where amounts are equal, the newest first."""

    NEWEST_FIRST = "newest"
    LARGEST_DUE_FIRST = "due_minor"
    LARGEST_TOTAL_FIRST = "total_minor"

    def key(self, row: Row) -> tuple[object, ...]:
        """An invoice's place in the order, which a cursor names."""
        newest = (row["month"], row["ordinal"])
        return newest if self is InvoiceOrder.NEWEST_FIRST else (row[self.value], *newest)


_AMOUNTS = {InvoiceOrder.LARGEST_DUE_FIRST: reading.DUE_MINOR, InvoiceOrder.LARGEST_TOTAL_FIRST: "i.total_minor"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list of invoices is narrowed to, and its order; `search` is a piece of a number, a parent's or a child's
    name. Amounts are in minor units."""

    month: Month | None = None
    cycle_id: UUID | None = None
    parent_id: UUID | None = None
    payment_status: PaymentStatus | None = None
    document_status: DocumentStatus | None = None
    due_at_least: int | None = None
    due_at_most: int | None = None
    total_at_least: int | None = None
    total_at_most: int | None = None
    search: str | None = None
    order: InvoiceOrder = InvoiceOrder.NEWEST_FIRST


@dataclass(frozen=True, slots=True)
class Question:
    """A statement and its parameters."""

    statement: str
    parameters: tuple[object, ...]

    async def rows(self, statements: Statements) -> list[Row]:
        return await statements.rows(self.statement, *self.parameters)


def _seen(sight: Sight) -> Conditions:
    return Conditions() if sight.everything else Conditions().and_("i.parent_id = {}", sight.parent_id)


def _narrowed(sight: Sight, wanted: Wanted) -> Conditions:
    terms = (
        ("i.month = {}", wanted.month and str(wanted.month)),
        ("i.cycle_id = {}", wanted.cycle_id),
        ("i.parent_id = {}", wanted.parent_id),
        ("i.payment_status = {}", wanted.payment_status and wanted.payment_status.value),
        ("i.document_status = {}", wanted.document_status and wanted.document_status.value),
        (f"{reading.DUE_MINOR} >= {{}}", wanted.due_at_least),
        (f"{reading.DUE_MINOR} <= {{}}", wanted.due_at_most),
        ("i.total_minor >= {}", wanted.total_at_least),
        ("i.total_minor <= {}", wanted.total_at_most),
    )
    return _seen(sight).and_all([(term, (value,)) for term, value in terms if value is not None])


def _found(dialect: Dialect, sight: Sight, wanted: Wanted) -> tuple[Invoices, Conditions]:
    """A piece of three characters has trigrams, by which an index finds it; a shorter one is looked for in the list's
    order, which soon fills a page when it is frequent."""
    conditions = _narrowed(sight, wanted)
    if not wanted.search or not wanted.search.strip():
        return reading.INVOICES, conditions
    piece = one_line(wanted.search, LONGEST_SEARCH, "a search").casefold()
    if dialect == "sqlite" and len(piece) >= SHORTEST_INDEXED:
        phrase = '"' + piece.replace('"', '""') + '"'
        return reading.FOUND_IN_SQLITE, conditions.and_("invoice_search MATCH {}", phrase)
    literal = piece.translate({ord(wild): f"\\{wild}" for wild in "\\%_"})
    return reading.INVOICES, conditions.and_(r"i.search_text LIKE {} ESCAPE '\'", f"%{literal}%")


def invoice_page(dialect: Dialect, sight: Sight, wanted: Wanted, page: Page) -> Question:
    """Up to `page.limit` invoices in their order. Raises InvalidInput."""
    invoices, conditions = _found(dialect, sight, wanted)
    if amount := _AMOUNTS.get(wanted.order):
        ordered, after = reading.LARGEST_FIRST[amount]
        invoices = replace(invoices, ordered=ordered, after=after)
    if page.after is not None:
        conditions = conditions.and_(invoices.after, *page.after)
    return Question(invoices.listed(conditions.text, page.limit), conditions.parameters)


def invoice_count(dialect: Dialect, sight: Sight, wanted: Wanted) -> Question:
    invoices, conditions = _found(dialect, sight, wanted)
    return Question(invoices.counted(conditions.text), conditions.parameters)


async def count_invoices(database: Database, sight: Sight, wanted: Wanted) -> int:
    (row,) = await invoice_count(database.dialect, sight, wanted).rows(database)
    return int(row["invoices"])


async def invoices_by(database: Database, sight: Sight, column: str, keys: Sequence[object]) -> dict[Any, Row]:
    """By `id` or by `number`; what the viewer may not see is not there."""
    kind = "uuid" if column == "id" else "text"
    conditions = _seen(sight).and_(f"i.{column} = ANY({{}}::{kind}[])", list(keys))
    rows = await database.rows(f"{reading.THESE} WHERE {conditions.text}", *conditions.parameters)
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
    """In minor units; parents who have none are not there."""
    rows = await database.rows(reading.CREDIT, list(parent_ids))
    return {row["parent_id"]: row["credit_minor"] for row in rows}


def payments_of(parent_id: UUID) -> Listing:
    """The latest first."""
    return Listing(reading.PAYMENTS, Conditions().and_("p.parent_id = {}", parent_id), _LATEST_FIRST)


async def payments(database: Database, payment_ids: Sequence[UUID]) -> dict[UUID, Row]:
    rows = await database.rows(f"{reading.PAYMENTS} WHERE p.id = ANY($1::uuid[])", list(payment_ids))
    return {row["id"]: row for row in rows}


async def allocations(database: Database, column: str, keys: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """By `invoice_id` or by `payment_id`, in the order in which they were made."""
    found: dict[UUID, list[Row]] = {key: [] for key in keys}
    statement = f"{reading.ALLOCATIONS} WHERE a.{column} = ANY($1::uuid[]) ORDER BY a.applied_at, a.id"
    for row in await database.rows(statement, list(keys)):
        found[row[column]].append(row)
    return found


async def documents(database: Database, invoice_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """The versions of each, the newest first."""
    found: dict[UUID, list[Row]] = {invoice_id: [] for invoice_id in invoice_ids}
    statement = f"{reading.DOCUMENTS} WHERE d.invoice_id = ANY($1::uuid[]) ORDER BY d.version DESC"
    for row in await database.rows(statement, list(invoice_ids)):
        found[row["invoice_id"]].append(row)
    return found


def parked_documents() -> Listing:
    """Those that failed for good, the latest first."""
    return Listing(reading.DOCUMENTS, Conditions("d.status = 'FAILED'"), Order("d", "due_at", descending=True))


async def document_counts(
    database: Database, sight: Sight, cycle_ids: Sequence[UUID]
) -> dict[UUID, dict[DocumentStatus, int]]:
    conditions = _seen(sight).and_("i.cycle_id = ANY({}::uuid[])", list(cycle_ids))
    statement = f"{reading.DOCUMENT_COUNTS} WHERE {conditions.text} GROUP BY i.cycle_id, i.document_status"
    counts: dict[UUID, dict[DocumentStatus, int]] = {cycle_id: {} for cycle_id in cycle_ids}
    for row in await database.rows(statement, *conditions.parameters):
        counts[row["cycle_id"]][DocumentStatus(row["document_status"])] = row["documents"]
    return counts
