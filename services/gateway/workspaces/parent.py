"""/parent: what a family has left, what was taught, what was invoiced."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from services.gateway.workspaces.pdf import pdf_route
from services.gateway.workspaces.visit import House, Visit, page_route
from shared.auth.viewer import Role

SOON_DAYS = 30


@dataclass(frozen=True, slots=True)
class Shelf:
    """The lots of one child, or those that all children of the family share."""

    child: dict[str, Any] | None
    lots: list[dict[str, Any]]

    @property
    def remaining(self) -> int:
        return sum(lot["remaining"] for lot in self.lots if lot["status"] == "ACTIVE")


def routes(house: House) -> list[Route]:
    return [page_route(house, "/parent", Role.PARENT, show), pdf_route(house, "/parent/invoices", Role.PARENT)]


async def show(visit: Visit) -> Response:
    after = {"invoicesAfter": visit.asked("invoices") or None, "sessionsAfter": visit.asked("sessions") or None}
    data = await visit.ask("parent", **after)
    person = data["viewer"]["person"] or {}
    owned = person.get("sessionPackages") or {"nodes": [], "totalCount": 0}
    lots = owned["nodes"]
    today = visit.house.today()
    return visit.page(
        "parent.html",
        data,
        person=person,
        shelves=shelves(person.get("children", []), lots),
        spent=[lot for lot in lots if lot["status"] != "ACTIVE"],
        not_shown=owned["totalCount"] - len(lots),
        expiring=[lot for lot in lots if expires_soon(lot, today)],
    )


def shelves(children: Iterable[dict[str, Any]], lots: list[dict[str, Any]]) -> list[Shelf]:
    """What can still be used: each child's own lots, then the family's; a child without a lot of their own has none."""
    active = [lot for lot in lots if lot["status"] == "ACTIVE"]
    own = [Shelf(child, [lot for lot in active if (lot["child"] or {}).get("id") == child["id"]]) for child in children]
    family = Shelf(None, [lot for lot in active if lot["child"] is None])
    return [shelf for shelf in (*own, family) if shelf.lots]


def expires_soon(lot: dict[str, Any], today: date) -> bool:
    if lot["status"] != "ACTIVE" or lot["expiresOn"] is None:
        return False
    return 0 <= (date.fromisoformat(lot["expiresOn"]) - today).days <= SOON_DAYS
