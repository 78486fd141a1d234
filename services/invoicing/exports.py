"""A month's invoices as files, piece by piece: the PDFs as a ZIP, what they say as a CSV.

Neither ever holds more than a few invoices in memory, and no statement stays open while somebody reads slowly.
"""

import asyncio
import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import msgspec
from zipstream import ZipStream

from services.invoicing.document_files import DocumentDamaged, read_document
from services.invoicing.domain.documents import file_name
from services.invoicing.domain.payments import PaymentStatus, due_minor
from services.invoicing.sql import exporting
from services.invoicing.work import InvoicingWork
from shared.database.database import Database
from shared.database.row import Row
from shared.files.store import FileStore
from shared.money import Money
from shared.period import Month, local_date

ROWS_AT_ONCE = 200
FILES_AT_ONCE = 8
COLUMNS = (
    *("number", "month", "issued_on", "parent", "email", "children", "currency", "subtotal", "discount", "tax"),
    *("total", "paid", "due", "payment_status", "document_status", "void_reason"),
)
NOT_INCLUDED = "NOT-INCLUDED.txt"


class Billed(msgspec.Struct):
    """What the CSV needs of a statement."""

    parent_name: str
    parent_email: str | None
    children: list[str]


async def csv_of(work: InvoicingWork, month: Month) -> AsyncGenerator[bytes, None]:
    """UTF-8, a head and a line for each invoice in the order of their numbers; amounts like 9025.00."""
    yield _lines([COLUMNS])
    async for rows in _pages(work.database, exporting.INVOICES, month, ROWS_AT_ONCE):
        yield _lines([_cells(work, row) for row in rows])


def _cells(work: InvoicingWork, row: Row) -> Sequence[str]:
    billed = msgspec.json.decode(row["statement"], type=Billed)
    due = due_minor(row["total_minor"], row["paid_minor"], PaymentStatus(row["payment_status"]))
    minors = [row[f"{name}_minor"] for name in ("subtotal", "discount", "tax", "total", "paid")]
    amounts = [str(Money(minor, row["currency"]).to_decimal()) for minor in (*minors, due)]
    said = (billed.parent_name, billed.parent_email or "", ", ".join(billed.children))
    return (
        *(row["number"], row["month"], local_date(row["issued_at"], work.zone).isoformat()),
        *(*map(harmless, said), row["currency"], *amounts),
        *(row["payment_status"], row["document_status"], harmless(row["void_reason"] or "")),
    )


def harmless(text: str) -> str:
    """What a spreadsheet would take for a formula is marked as text."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")) else text


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


async def zip_of(work: InvoicingWork, files: FileStore, month: Month) -> AsyncGenerator[bytes, None]:
    """Each invoice's newest PDF; what there is none of is told in NOT-INCLUDED.txt with the reason.

    Raises FileStoreUnavailable: an archive that is not whole must not end as if it were.
    """
    archive, missing = ZipStream(), []
    async for rows in _pages(work.database, exporting.FILES, month, FILES_AT_ONCE):
        for row, pdf in zip(rows, await asyncio.gather(*(_pdf(files, row) for row in rows)), strict=True):
            if isinstance(pdf, bytes):
                archive.add(pdf, file_name(row["number"], row["version"]))
            else:
                missing.append(f"{row['number']}: {pdf}")
            for chunk in archive.all_files():
                yield chunk
    if missing:
        archive.add("\n".join([*missing, ""]), NOT_INCLUDED)
    for chunk in archive:
        yield chunk


async def _pdf(files: FileStore, row: Row) -> bytes | str:
    """The newest one that was rendered, or why there is none."""
    if row["file_key"] is None:
        return str(row["document_status"])
    try:
        return await read_document(files, row["file_key"], row["sha256"])
    except DocumentDamaged as damage:
        return str(damage)


async def _pages(database: Database, statement: str, month: Month, size: int) -> AsyncIterator[Sequence[Row]]:
    """A month's rows in the order of their numbers."""
    ordinal = 0
    while rows := await database.rows(statement, str(month), ordinal, size):
        yield rows
        ordinal = rows[-1]["ordinal"]
