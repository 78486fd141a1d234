"""What can be asked of invoicing by itself."""

import strawberry

from services.invoicing import reads
from services.invoicing.graphql.context import Info
from services.invoicing.graphql.filters import InvoiceFilter
from services.invoicing.graphql.invoices import Invoice, InvoiceDocument, invoice_page
from services.invoicing.reads import InvoiceOrder
from shared.errors import InvalidInput
from shared.graphql.audit import AuditEntry, AuditFilter, audited
from shared.graphql.listed import listed
from shared.graphql.pages import TIME_KEY, Connection
from shared.ids import parse_id


@strawberry.type
class Query:
    @strawberry.field
    async def invoice(
        self,
        info: Info,
        id: strawberry.ID | None = None,  # noqa: A002 -- the argument's public name
        number: str | None = None,
    ) -> Invoice | None:
        """By its id or by its number; null when there is none, or none that you may see."""
        loaders = info.context.loaders
        if (id is None) == (number is None):
            raise InvalidInput("an invoice is asked for by its id or by its number")
        if id is not None:
            row = await loaders.invoices.load(parse_id(id))
        else:
            row = await loaders.numbers.load(number) if number and number.isprintable() else None
        return Invoice.of(row) if row else None

    @strawberry.field
    async def invoices(
        self,
        info: Info,
        filter: InvoiceFilter | None = None,  # noqa: A002 -- the argument's public name
        search: str | None = None,
        order: InvoiceOrder = InvoiceOrder.NEWEST_FIRST,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Invoice]:
        """The newest month first, and in it the highest number. `search` is a piece of a number or of a name."""
        wanted = (filter or InvoiceFilter()).wanted(info.context, search, order)
        return await invoice_page(info, wanted, first, after)

    @strawberry.field
    async def parked_documents(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[InvoiceDocument]:
        """What failed for good, the latest first: `rerenderInvoice` has it tried again. For coordinators."""
        listing = reads.parked_documents()
        return await listed(info.context.database, listing, first, after, TIME_KEY, InvoiceDocument.of)

    @strawberry.field
    async def invoicing_audit(
        self,
        info: Info,
        filter: AuditFilter | None = None,  # noqa: A002 -- the argument's public name
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[AuditEntry]:
        """What coordinators did to payments and invoices, the latest first."""
        return await audited(info.context.database, filter, first, after)
