"""What a resolver of invoicing knows of the request; its loaders live as long as it does."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from services.invoicing import reads
from services.invoicing.domain.documents import DocumentStatus
from services.invoicing.reads import Sight
from services.invoicing.settings import InvoicingSettings
from services.invoicing.work import InvoicingWork
from shared.auth.viewer import Viewer
from shared.contracts.billing import Statement
from shared.database.database import Database, Row
from shared.files.store import FileStore
from shared.graphql.context import Context, is_frozen
from shared.graphql.context import Info as SharedInfo

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Loaders:
    """Each makes one query of all that a request asks of it at once."""

    invoices: DataLoader[UUID, Row | None]
    numbers: DataLoader[str, Row | None]
    statements: DataLoader[UUID, Statement]
    files: DataLoader[UUID, Row | None]
    documents: DataLoader[UUID, list[Row]]
    payments: DataLoader[UUID, Row | None]
    paid_on: DataLoader[UUID, list[Row]]
    used_of: DataLoader[UUID, list[Row]]
    outstanding: DataLoader[UUID, int]
    credit: DataLoader[UUID, int]
    document_counts: DataLoader[UUID, dict[DocumentStatus, int]]

    @classmethod
    def over(cls, database: Database, sight: Sight) -> "Loaders":
        return cls(
            invoices=_loader(partial(reads.invoices_by, database, sight, "id"), None),
            numbers=_loader(partial(reads.invoices_by, database, sight, "number"), None),
            statements=_loader(partial(reads.statements, database), None),
            files=_loader(partial(reads.rendered_files, database), None),
            documents=_loader(partial(reads.documents, database), []),
            payments=_loader(partial(reads.payments, database), None),
            paid_on=_loader(partial(reads.allocations, database, "invoice_id"), []),
            used_of=_loader(partial(reads.allocations, database, "payment_id"), []),
            outstanding=_loader(partial(reads.outstanding, database), 0),
            credit=_loader(partial(reads.credit, database), 0),
            document_counts=_loader(partial(reads.document_counts, database, sight), {}),
        )


def _loader(read: Callable[[list[Key]], Awaitable[dict[Key, Value]]], missing: Any) -> DataLoader[Key, Any]:
    async def load(keys: list[Key]) -> list[Any]:
        found = await read(keys)
        return [found.get(key, missing) for key in keys]

    return DataLoader(load_fn=load)


@dataclass(frozen=True, kw_only=True)
class InvoicingContext(Context):
    work: InvoicingWork
    files: FileStore
    sight: Sight
    load: Loaders

    @property
    def database(self) -> Database:
        return self.work.database


Info: TypeAlias = SharedInfo[InvoicingContext]


def open_context(
    work: InvoicingWork, files: FileStore, settings: InvoicingSettings, viewer: Viewer
) -> InvoicingContext:
    sight = Sight.of(viewer)
    return InvoicingContext(
        viewer=viewer,
        frozen=is_frozen(viewer, settings.freeze),
        currency=settings.currency,
        locale=settings.locale,
        work=work,
        files=files,
        sight=sight,
        load=Loaders.over(work.database, sight),
    )
