"""/admin/billing/packages: how far each package is used, selling and extending them, and approving sessions."""

from datetime import date
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from services.gateway.workspaces.forms import Checked, Form, Problem
from services.gateway.workspaces.visit import NOBODY, House, Visit, choice, filled_in, form_route, page_route
from services.gateway.workspaces.words import counted
from shared.auth.viewer import Role

PATH = "/admin/billing/packages"
VIEWS = ("usage", "approve", "sell")
STATUSES = ("ACTIVE", "EXHAUSTED", "EXPIRED")


def routes(house: House) -> list[Route]:
    return [
        page_route(house, PATH, Role.COORDINATOR, show),
        form_route(house, f"{PATH}/sell", Role.COORDINATOR, sell),
        form_route(house, f"{PATH}/extend", Role.COORDINATOR, extend),
        form_route(house, f"{PATH}/approve", Role.COORDINATOR, approve),
    ]


async def show(
    visit: Visit, problem: Problem | None = None, not_approved: list[dict[str, Any]] | None = None
) -> Response:
    view = choice(visit, "view", VIEWS) or "usage"
    status = choice(visit, "status", STATUSES)
    month = visit.asked_month()
    package, parent = visit.asked("package"), visit.asked("parent")
    data = await visit.ask(
        "packages",
        usage=view == "usage",
        filter={"status": status},
        search=visit.asked("search") or None,
        after=visit.asked("after") or None,
        package=package or NOBODY,
        withPackage=view == "usage" and bool(package),
        movementsAfter=visit.asked("movements") or None,
        approve=view == "approve",
        sessions={"status": "LOGGED", "month": month},
        sessionSearch=visit.asked("search") or None,
        sell=view == "sell",
        family=visit.asked("family") or None,
        parent=parent or NOBODY,
        withParent=view == "sell" and bool(parent),
    )
    return visit.page(
        "packages.html",
        data,
        problem,
        view=view,
        status=status,
        statuses=STATUSES,
        month=month,
        search=visit.asked("search"),
        family=visit.asked("family"),
        lot=data.get("sessionPackage"),
        parent=data.get("parent"),
        not_approved=not_approved or [],
    )


async def sell(visit: Visit) -> Response:
    at = {"PACKAGE_EXPIRED": "expires_on"}
    return await filled_in(visit, "sell", show, _sell, at)


async def _sell(visit: Visit) -> Response:
    answer = await visit.ask("create_package", input=_sale(visit.form))
    sold = answer["createPackage"]["sessionPackage"]
    buyer = (sold["parent"] or {}).get("name", "the family")
    address = f"{PATH}?package={sold['id']}"
    return visit.see_other(address, f"Sold to {buyer}: {counted(sold['totalSessions'], 'session')}.")


def _sale(form: Form) -> dict[str, Any]:
    """An offer, or sessions at a price, or sessions as goodwill."""
    checked, kind = Checked(form), form["kind"]
    terms: dict[str, Any] = {}
    if kind == "own":
        terms["totalSessions"] = checked.whole("total_sessions", "Write how many sessions.")
        terms["pricePerSession"] = checked.amount("price_per_session", "Write the price of one session.")
    elif kind == "goodwill":
        terms["totalSessions"] = checked.whole("goodwill_sessions", "Write how many sessions.")
        terms["goodwill"] = True
        terms["reason"] = checked.text("reason", "Say what they are given for.")
    else:
        terms["offerId"] = checked.text("offer", "Choose an offer.")
    if form["discount_percent"]:
        terms["discount"] = {"percent": checked.amount("discount_percent", "")["amount"]}
    expires_on = _day(checked, form, "expires_on")
    checked.done()
    return {
        **terms,
        "parentId": form["parent"],
        "childId": form.given("child"),
        **({"expiresOn": expires_on} if expires_on else {}),
        "idempotencyKey": form.key(),
    }


def _day(checked: Checked, form: Form, name: str) -> str | None:
    if not form[name]:
        return None
    try:
        return date.fromisoformat(form[name]).isoformat()
    except ValueError:
        checked.wrong(name, "Write a day like 2027-03-31.")
        return None


async def extend(visit: Visit) -> Response:
    at = {"INVALID_INPUT": "expires_on", "PACKAGE_EXPIRED": "expires_on"}
    return await filled_in(visit, "extend", show, _extend, at)


async def _extend(visit: Visit) -> Response:
    checked, form = Checked(visit.form), visit.form
    expires_on = _day(checked, form, "expires_on")
    if not form["expires_on"] and form["forever"] != "yes":
        checked.wrong("expires_on", "Choose the new last valid day, or that it never expires.")
    reason = checked.text("reason", "Say why. It stays with the package.")
    checked.done()
    given = {
        "packageId": form["package"],
        "expiresOn": None if form["forever"] == "yes" else expires_on,
        "reason": reason,
        "idempotencyKey": form.key(),
    }
    await visit.ask("extend_package", input=given)
    return visit.see_other(f"{PATH}{visit.query}", "The package is extended.")


async def approve(visit: Visit) -> Response:
    return await filled_in(visit, "approve", show, _approve)


async def _approve(visit: Visit) -> Response:
    ids = visit.form.all("ids")
    checked = Checked(visit.form)
    if not ids:
        checked.wrong("ids", "Select at least one session.")
    checked.done()
    answer = await visit.ask("approve_sessions", ids=ids, key=visit.form.key())
    outcomes = answer["approveSessions"]["outcomes"]
    refused = [outcome for outcome in outcomes if outcome["code"]]
    done = len(outcomes) - len(refused)
    if refused:
        said = f"{done} of {len(outcomes)} sessions were approved; the others are listed with their reasons."
        return await show(visit, Problem("approve", Form({}), said, 409), refused)
    words = "1 session is approved." if done == 1 else f"{done} sessions are approved."
    return visit.see_other(f"{PATH}{visit.query}", words)
