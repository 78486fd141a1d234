"""/coordinator/alerts: who is about to run out, as it happens."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from services.gateway.workspaces.forms import Problem
from services.gateway.workspaces.live import event_route
from services.gateway.workspaces.visit import House, Visit, choice, filled_in, form_route, page_route
from shared.auth.viewer import Role

PATH = "/coordinator/alerts"
SHOWN = ("open", "new", "resolved", "all")
_FILTERS: dict[str, dict[str, Any]] = {
    "open": {"status": "OPEN"},
    "new": {"status": "OPEN", "acknowledged": False},
    "resolved": {"status": "RESOLVED"},
    "all": {},
}
ORDERS = ("LEAST_LEFT_FIRST", "LATEST_FIRST")


def routes(house: House) -> list[Route]:
    return [
        page_route(house, PATH, Role.COORDINATOR, show),
        form_route(house, f"{PATH}/acknowledge", Role.COORDINATOR, acknowledge),
        event_route(house, f"{PATH}/events", Role.COORDINATOR, "alerts_live"),
    ]


async def show(visit: Visit, problem: Problem | None = None) -> Response:
    shown = choice(visit, "show", SHOWN) or "open"
    order = choice(visit, "order", ORDERS) or ("LATEST_FIRST" if shown == "resolved" else "LEAST_LEFT_FIRST")
    data = await visit.ask(
        "alerts",
        filter=_FILTERS[shown],
        search=visit.asked("search") or None,
        order=order,
        after=visit.asked("after") or None,
    )
    return visit.page("alerts.html", data, problem, shown=shown, order=order, search=visit.asked("search"))


async def acknowledge(visit: Visit) -> Response:
    async def do(visit: Visit) -> Response:
        answer = await visit.ask("acknowledge_alert", id=visit.form["id"])
        parent = answer["acknowledgeAlert"]["lowPackageAlert"]["parent"] or {}
        return visit.see_other(f"{PATH}{visit.query}", f"Acknowledged: {parent.get('name', 'the alert')}.")

    return await filled_in(visit, "acknowledge", show, do)
