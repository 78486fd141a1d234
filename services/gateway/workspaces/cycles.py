"""/admin/billing/cycles: the months, what closing one would give, closing it, and whether its numbers still hold."""

import asyncio
from typing import Any

import structlog
from starlette.responses import Response
from starlette.routing import Route

from services.gateway.endpoint.answers import Answer
from services.gateway.workspaces.asking import Answered, Refused
from services.gateway.workspaces.chart import charts
from services.gateway.workspaces.forms import Problem
from services.gateway.workspaces.live import event_route
from services.gateway.workspaces.progress import progress_of, progress_of_cycle
from services.gateway.workspaces.visit import House, Visit, filled_in, form_route, page_route
from services.gateway.workspaces.words import counted
from shared.auth.viewer import Role
from shared.period import Month

log = structlog.get_logger()

PATH = "/admin/billing/cycles"
QUICK_ANSWER_SECONDS = 1.0
"""How long a form waits for a month to close; then its page shows how far the run is, once it has begun."""


def routes(house: House) -> list[Route]:
    return [
        page_route(house, PATH, Role.COORDINATOR, show),
        form_route(house, f"{PATH}/run", Role.COORDINATOR, run),
        form_route(house, f"{PATH}/verify", Role.COORDINATOR, verify),
        event_route(
            house, f"{PATH}/events", Role.COORDINATOR, "cycle_progress", lambda visit: {"month": _month(visit)}, _told
        ),
    ]


def _told(answer: Answer) -> dict[str, Any]:
    return progress_of(answer["data"]["cycleProgress"]).as_dict()


def _month(visit: Visit) -> str:
    """The month in the address, or last month: it is the one to close."""
    return visit.asked_month() or str(Month.of(visit.house.today()).plus(-1))


async def show(visit: Visit, problem: Problem | None = None) -> Response:
    month, is_chosen = _month(visit), bool(visit.asked("month"))
    data, refused = await _asked(visit, month, is_chosen=is_chosen)
    cycle = data.get("billingCycle")
    progress = progress_of_cycle(cycle, is_begun=bool(visit.asked("watch"))) if is_chosen else None
    return visit.page(
        "cycles.html",
        data,
        problem,
        month=month,
        is_chosen=is_chosen,
        is_over=Month.parse(month) < Month.of(visit.house.today()),
        cycle=cycle,
        preview=data.get("previewCycle"),
        preview_refused=refused,
        progress=progress,
        charts=charts(data["billingCycles"]["nodes"]),
    )


async def _asked(visit: Visit, month: str, *, is_chosen: bool) -> tuple[Answered, str | None]:
    """A preview that is refused leaves the rest of the page as it is."""
    asked = {"after": visit.asked("after") or None, "month": month, "withMonth": is_chosen}
    try:
        return await visit.ask("cycles", **asked, preview=bool(visit.asked("preview"))), None
    except Refused as refused:
        if not visit.asked("preview"):
            raise
        return await visit.ask("cycles", **asked, preview=False), refused.message


async def run(visit: Visit) -> Response:
    return await filled_in(visit, "run", show, _run)


async def _run(visit: Visit) -> Response:
    month = str(Month.parse(visit.form["month"]))
    given = {"month": month, "early": visit.form["early"] == "yes", "idempotencyKey": visit.form.key()}
    running = asyncio.create_task(visit.ask("run_monthly_cycle", input=given))
    running.add_done_callback(_end)
    await _begun(visit, running, month)
    address = f"{PATH}?month={month}&watch=1"
    if not running.done():
        return visit.see_other(address, "The month is being closed.")
    try:
        cycle = running.result()["runMonthlyCycle"]["billingCycle"]
    except Refused as refused:
        if refused.code != "CYCLE_IN_PROGRESS":
            raise
        return visit.see_other(address, refused.message)
    statements, payouts = counted(cycle["statementsCount"], "statement"), counted(cycle["payoutsCount"], "payout")
    return visit.see_other(address, f"The month is closed: {statements} and {payouts}.")


async def _begun(visit: Visit, running: asyncio.Task[Answered], month: str) -> None:
    """Until the month is closing, or why it cannot is known: who waits for a page hears of that."""
    while not running.done():
        await asyncio.wait({running}, timeout=QUICK_ANSWER_SECONDS)
        cycle = (await visit.ask("cycle_status", month=month))["billingCycle"]
        if cycle and cycle["status"] != "OPEN":
            return


def _end(running: asyncio.Task[Answered]) -> None:
    """Whoever asked has gone on by now, and sees on the month's page how it stands."""
    if not running.cancelled() and (error := running.exception()):
        log.info("run answered late", error=str(error))


async def verify(visit: Visit) -> Response:
    return await filled_in(visit, "verify", show, _verify)


async def _verify(visit: Visit) -> Response:
    month = str(Month.parse(visit.form["month"]))
    verdict = (await visit.ask("verify_cycle", month=month))["verifyCycle"]
    address = f"{PATH}?month={month}"
    if verdict["matches"]:
        return visit.see_other(
            address, f"Verified: the rows still give {verdict['sha256'][:12]}…, as stored at the close."
        )
    words = f"The rows give {verdict['recomputedSha256'][:12]}…, but {verdict['sha256'][:12]}… was stored at the close."
    return visit.see_other(address, words, is_good=False)
