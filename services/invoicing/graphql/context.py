"""What a resolver of invoicing knows of the request; its loaders live as long as it does."""

from dataclasses import dataclass
from functools import partial
from typing import TypeAlias
from uuid import UUID

from services.invoicing import reads
from services.invoicing.domain.documents import DocumentStatus
from services.invoicing.reads import Sight
from services.invoicing.settings import InvoicingSettings
from services.invoicing.work import InvoicingWork
from shared.auth.viewer import Viewer
from shared.contracts.billing import Statement
from shared.database.database import Database
from shared.database.row import Row
from shared.files.store import FileStore
from shared.graphql.context import Context, is_frozen
from shared.graphql.context import Info as SharedInfo
from shared.graphql.loading import Loader


@dataclass(frozen=True, kw_only=True)
class Loaders:
    """Each makes one query of all that a request asks of it at once."""

    invoices: Loader[UUID, Row | None]
    numbers: Loader[str, Row | None]
    statements: Loader[UUID, Statement]
    files: Loader[UUID, Row | None]
    documents: Loader[UUID, list[Row]]
    payments: Loader[UUID, Row | None]
    paid_on: Loader[UUID, list[Row]]
    used_of: Loader[UUID, list[Row]]
    outstanding: Loader[UUID, int]
    credit: Loader[UUID, int]
    document_counts: Loader[UUID, dict[DocumentStatus, int]]

    @classmethod
    def over(cls, database: Database, sight: Sight) -> "Loaders":
        return cls(
            invoices=Loader(partial(reads.invoices_by, database, sight, "id")),
            numbers=Loader(partial(reads.invoices_by, database, sight, "number")),
            statements=Loader(partial(reads.statements, database)),
            files=Loader(partial(reads.rendered_files, database)),
            documents=Loader(partial(reads.documents, database), []),
            payments=Loader(partial(reads.payments, database)),
            paid_on=Loader(partial(reads.allocations, database, "invoice_id"), []),
            used_of=Loader(partial(reads.allocations, database, "payment_id"), []),
            outstanding=Loader(partial(reads.outstanding, database), 0),
            credit=Loader(partial(reads.credit, database), 0),
            document_counts=Loader(partial(reads.document_counts, database, sight), {}),
        )


@dataclass(frozen=True, kw_only=True)
class InvoicingContext(Context):
    work: InvoicingWork
    files: FileStore
    sight: Sight
    loaders: Loaders

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
        loaders=Loaders.over(work.database, sight),
    )
