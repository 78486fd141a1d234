"""/parent/telegram, /tutor/telegram, /coordinator/telegram: a link that makes a Telegram chat one's own."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from services.gateway.workspaces.forms import Problem
from services.gateway.workspaces.visit import House, Visit, filled_in, form_route, page_route
from shared.auth.viewer import Role

PATHS = {
    Role.PARENT: "/parent/telegram",
    Role.TUTOR: "/tutor/telegram",
    Role.COORDINATOR: "/coordinator/telegram",
}


def routes(house: House) -> list[Route]:
    shown = [page_route(house, path, role, show) for role, path in PATHS.items()]
    return [*shown, *(form_route(house, f"{path}/link", role, link) for role, path in PATHS.items())]


async def show(visit: Visit, problem: Problem | None = None, invitation: dict[str, Any] | None = None) -> Response:
    data = await visit.ask("telegram")
    return visit.page("telegram.html", data, problem, invitation=invitation)


async def link(visit: Visit) -> Response:
    """Shown and not led on to: the link is a secret, and in no address of ours."""

    async def do(visit: Visit) -> Response:
        return await show(visit, invitation=(await visit.ask("create_telegram_link"))["createTelegramLink"])

    return await filled_in(visit, "link", show, do)
