"""/admin/billing/payouts: what tutors get, and that they got it."""

from starlette.responses import Response
from starlette.routing import Route

from services.gateway.workspaces.forms import Checked, Problem
from services.gateway.workspaces.visit import NOBODY, House, Visit, choice, filled_in, form_route, page_route
from shared.auth.viewer import Role
from shared.errors import InvalidInput

PATH = "/admin/billing/payouts"
STATUSES = ("PENDING", "PROCESSED", "PAID")


def routes(house: House) -> list[Route]:
    return [
        page_route(house, PATH, Role.COORDINATOR, show),
        form_route(house, f"{PATH}/mark", Role.COORDINATOR, mark),
    ]


async def show(visit: Visit, problem: Problem | None = None) -> Response:
    status = choice(visit, "status", STATUSES)
    month = visit.asked_month()
    payout = visit.asked("payout")
    data = await visit.ask(
        "payouts",
        filter={"month": month, "status": status},
        after=visit.asked("after") or None,
        payout=payout or NOBODY,
        withPayout=bool(payout),
    )
    return visit.page(
        "payouts.html", data, problem, status=status, month=month, statuses=STATUSES, payout=data.get("payout")
    )


async def mark(visit: Visit) -> Response:
    at = {"INVALID_INPUT": "reference", "PAYOUT_NOT_PAYABLE": "ids"}
    return await filled_in(visit, "mark", show, _mark, at)


async def _mark(visit: Visit) -> Response:
    """Both buttons stand in one form: its key counts once for each, and Enter presses the first of them."""
    ids, step = visit.form.all("ids"), visit.form["step"]
    if step not in {"processed", "paid"}:
        raise InvalidInput("Payouts are marked processed, or paid.")
    checked = Checked(visit.form)
    if not ids:
        checked.wrong("ids", "Select at least one payout.")
    if step == "paid":
        checked.text("reference", "Write the bank's reference: it is what finds the payment again.")
    elif visit.form["reference"]:
        checked.wrong("reference", "Only what is paid has a reference. Mark it paid, or leave this empty.")
    checked.done()
    key = f"{visit.form.key()}/{step}"
    if step == "paid":
        given = {"ids": ids, "reference": visit.form["reference"], "idempotencyKey": key}
        await visit.ask("mark_payouts_paid", input=given)
    else:
        await visit.ask("mark_payouts_processed", ids=ids, key=key)
    what = "payout is" if len(ids) == 1 else "payouts are"
    return visit.see_other(
        f"{PATH}{visit.query}", f"{len(ids)} {what} marked {'paid' if step == 'paid' else 'processed'}."
    )
