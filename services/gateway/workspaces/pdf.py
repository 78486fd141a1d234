"""An invoice's PDF. The file store's own links end after a while, a page that lies open does not: its link asks for the
store's when it is followed."""

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.gateway.files import FROZEN
from services.gateway.workspaces.visit import SEE_OTHER, House, Visit, page_route
from shared.auth.viewer import Role
from shared.errors import MoneyFrozen, NotFound, UpstreamUnavailable
from shared.graphql.money import FREEZE_REASON


def pdf_route(house: House, invoices: str, role: Role) -> Route:
    return page_route(house, f"{invoices}/{{invoice}}.pdf", role, follow)


async def follow(visit: Visit) -> Response:
    data = await visit.ask("invoice_pdf", id=visit.request.path_params["invoice"])
    if data["invoice"] is None:
        raise NotFound("there is no such invoice")
    pdf = data["invoice"]["pdf"]
    if pdf["url"] is None:
        raise _not_there(pdf["reason"])
    return RedirectResponse(pdf["url"], SEE_OTHER)


def _not_there(reason: str) -> MoneyFrozen | UpstreamUnavailable:
    if reason == FREEZE_REASON:
        return MoneyFrozen(FROZEN)
    is_failed = reason == "FAILED"
    return UpstreamUnavailable("the document could not be drawn so far" if is_failed else "the document is being drawn")
