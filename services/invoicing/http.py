"""`GET /billing/invoices/2026-10.zip` and `.csv`: a month's invoices as files, for coordinators."""

import re
from collections.abc import AsyncGenerator, Collection, Sequence

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from services.invoicing.exports import csv_of, zip_of
from services.invoicing.sql import exporting
from services.invoicing.work import InvoicingWork
from shared.auth.gate import viewer_of
from shared.auth.viewer import Role
from shared.errors import Forbidden, MoneyFrozen, NotFound, Refusal, UpstreamUnavailable
from shared.files.store import FileStore, FileStoreUnavailable, content_disposition
from shared.graphql.context import is_frozen
from shared.http import fault_response, refusal_response
from shared.period import Month

log = structlog.get_logger()

_NAME = re.compile(r"(.+)\.(zip|csv)")
_MEDIA_TYPES = {"zip": "application/zip", "csv": "text/csv; charset=utf-8; header=present"}


class InvoiceExports:
    def __init__(self, work: InvoicingWork, files: FileStore, frozen_workspaces: Collection[Role]) -> None:
        self._work = work
        self._files = files
        self._frozen_workspaces = frozen_workspaces

    @property
    def routes(self) -> Sequence[Route]:
        return [Route("/billing/invoices/{name}", self._respond, methods=["GET"])]

    async def _respond(self, request: Request) -> Response:
        try:
            return await self._export(request)
        except Refusal as refusal:
            return refusal_response(refusal)
        except Exception:
            log.exception("request failed")
            return fault_response()

    async def _export(self, request: Request) -> Response:
        self._require_sight(request)
        month, kind = _asked(request.path_params["name"])
        if await self._work.database.row(exporting.HAS_INVOICES, str(month)) is None:
            raise NotFound(f"there are no invoices of {month}")
        headers = {
            "content-disposition": content_disposition(f"invoices-{month}.{kind}"),
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        }
        return StreamingResponse(await self._chunks(month, kind), headers=headers, media_type=_MEDIA_TYPES[kind])

    def _require_sight(self, request: Request) -> None:
        viewer = viewer_of(request)
        if viewer.role not in (Role.COORDINATOR, Role.SERVICE):
            raise Forbidden("only coordinators export invoices")
        if is_frozen(viewer, self._frozen_workspaces):
            raise MoneyFrozen("exports of invoices are unavailable during the beta")

    async def _chunks(self, month: Month, kind: str) -> AsyncGenerator[bytes, None]:
        if kind == "csv":
            return csv_of(self._work, month)
        try:
            await self._files.check()
        except FileStoreUnavailable as error:
            raise UpstreamUnavailable("the file store does not answer") from error
        return zip_of(self._work, self._files, month)


def _asked(name: str) -> tuple[Month, str]:
    match = _NAME.fullmatch(name)
    if match is None:
        raise NotFound("invoices are exported as a month's .zip or .csv")
    return Month.parse(match[1]), match[2]
