"""/tutor: a month's sessions, what they come to, and what was paid out."""

from starlette.responses import Response
from starlette.routing import Route

from services.gateway.workspaces.visit import House, Visit, page_route
from shared.auth.viewer import Role
from shared.period import Month


def routes(house: House) -> list[Route]:
    return [page_route(house, "/tutor", Role.TUTOR, show)]


async def show(visit: Visit) -> Response:
    this_month = Month.of(visit.house.today())
    month = Month.parse(visit.asked("month")) if visit.asked("month") else this_month
    after = {"sessionsAfter": visit.asked("after") or None, "payoutsAfter": visit.asked("payouts") or None}
    data = await visit.ask("tutor", month=str(month), **after)
    later = month.plus(1)
    return visit.page(
        "tutor.html",
        data,
        person=data["viewer"]["person"] or {},
        month=str(month),
        earlier=str(month.plus(-1)),
        later=str(later) if later <= this_month else None,
    )
