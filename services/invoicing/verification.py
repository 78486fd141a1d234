"""For operators: every rendered document read again and compared with its hash, and those that failed for good."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

from services.invoicing.document_files import DocumentDamaged, read_document
from services.invoicing.sql import verifying
from shared.database.database import Database
from shared.database.row import Row
from shared.files.store import FileStore

FILES_AT_ONCE = 16
_BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Verified:
    """`fault` says what is wrong with the file; None where nothing is."""

    number: str
    version: int
    fault: str | None


async def count_rendered(database: Database) -> int:
    return int(await database.value(verifying.COUNT))


async def parked_documents(database: Database) -> list[Row]:
    """Those that failed for good, the oldest first."""
    return await database.rows(verifying.PARKED)


async def verify_documents(database: Database, files: FileStore) -> AsyncGenerator[Verified, None]:
    """Raises FileStoreUnavailable: a store that does not answer has lost nothing yet."""
    last = _BEFORE_ALL
    while rows := await database.rows(verifying.RENDERED, last, FILES_AT_ONCE):
        for verified in await asyncio.gather(*(_verified(files, row) for row in rows)):
            yield verified
        last = rows[-1]["id"]


async def _verified(files: FileStore, row: Row) -> Verified:
    try:
        await read_document(files, row["file_key"], row["sha256"])
    except DocumentDamaged as damage:
        return Verified(row["number"], row["version"], str(damage))
    return Verified(row["number"], row["version"], None)
