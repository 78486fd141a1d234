"""/admin/billing/invoices: find one, take money for it, void it, take a month of them away as files."""

from decimal import Decimal
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from services.gateway.http import INVOICE_EXPORTS, PassedOn
from services.gateway.workspaces.forms import Checked, Problem
from services.gateway.workspaces.pdf import pdf_route
from services.gateway.workspaces.visit import House, Visit, choice, filled_in, form_route, page_route, sorry
from shared.auth.viewer import Role
from shared.period import Month
from shared.runtime.peers import Peer, PeerStream

PATH = "/admin/billing/invoices"
STATUSES = ("UNPAID", "PARTIALLY_PAID", "PAID", "VOID")
HTTP_OK = 200
METHODS = ("UPI", "BANK_TRANSFER", "CARD", "CASH", "CHEQUE", "OTHER")


def routes(house: House, invoicing: Peer) -> list[Route]:
    async def export(visit: Visit) -> Response:
        """Invoicing answers, by the token of whoever is signed in."""
        month = Month.parse(visit.request.path_params["month"])
        path = INVOICE_EXPORTS.format(name=f"{month}.{visit.request.path_params['kind']}")
        return _Export(house, invoicing, path, visit.caller.authorization)

    return [
        page_route(house, PATH, Role.COORDINATOR, show),
        pdf_route(house, PATH, Role.COORDINATOR),
        page_route(house, f"{PATH}/{{month}}.{{kind:str}}", Role.COORDINATOR, export),
        form_route(house, f"{PATH}/payment", Role.COORDINATOR, record_payment),
        form_route(house, f"{PATH}/void", Role.COORDINATOR, void),
    ]


class _Export(PassedOn):
    """A month's invoices as a file; or a page that says why not."""

    def __init__(self, house: House, invoicing: Peer, path: str, authorization: str) -> None:
        super().__init__(invoicing, path, {"authorization": authorization})
        self._house = house

    async def respond(self, answer: PeerStream) -> Response:
        if answer.status == HTTP_OK:
            return await super().respond(answer)
        body = b"".join([chunk async for chunk in answer.chunks])
        message = msgspec.json.decode(body)["errors"][0]["message"]
        return sorry(self._house, answer.status, message, Role.COORDINATOR)


async def show(visit: Visit, problem: Problem | None = None) -> Response:
    status = choice(visit, "status", STATUSES)
    month = visit.asked_month()
    invoice = visit.asked("invoice")
    data = await visit.ask(
        "invoices",
        filter={"month": month, "paymentStatus": status},
        search=visit.asked("search") or None,
        after=visit.asked("after") or None,
        invoice=invoice or None,
        withInvoice=bool(invoice),
    )
    context = {"status": status, "month": month, "search": visit.asked("search"), "invoice": data.get("invoice")}
    return visit.page(
        "invoices.html",
        data,
        problem,
        statuses=STATUSES,
        methods=METHODS,
        export_month=month or str(Month.of(visit.house.today()).plus(-1)),
        **context,
    )


async def record_payment(visit: Visit) -> Response:
    return await filled_in(visit, "payment", show, _record_payment, {"INVALID_INPUT": "amount"})


async def _record_payment(visit: Visit) -> Response:
    checked = Checked(visit.form)
    amount = checked.amount("amount", "Write how much came in.")
    method = checked.text("method", "Choose how it came in.")
    if method and method not in METHODS:
        checked.wrong("method", "Choose one of the list.")
    checked.done()
    given = {
        "invoiceId": visit.form["invoice"],
        "amount": amount,
        "method": method,
        "reference": visit.form.given("reference"),
        "idempotencyKey": visit.form.key(),
    }
    answer = await visit.ask("record_payment", input=given)
    return visit.see_other(f"{PATH}{visit.query}", _received(answer["recordPayment"]["payment"]))


def _received(payment: dict[str, Any]) -> str:
    said = f"Payment recorded: {payment['amount']['display']}."
    credit = payment["credit"]
    is_left = credit["available"] and credit["amount"] is not None and Decimal(credit["amount"]) > 0
    return f"{said} {credit['display']} is left as credit for the next invoice." if is_left else said


async def void(visit: Visit) -> Response:
    return await filled_in(visit, "void", show, _void, {"INVALID_INPUT": "reason"})


async def _void(visit: Visit) -> Response:
    checked = Checked(visit.form)
    reason = checked.text("reason", "Say why. It stays with the invoice.")
    checked.done()
    given = {"invoiceId": visit.form["invoice"], "reason": reason, "idempotencyKey": visit.form.key()}
    answer = await visit.ask("void_invoice", input=given)
    number = answer["voidInvoice"]["invoice"]["number"]
    words = f"{number} is void. Its charges are in the next cycle."
    return visit.see_other(f"{PATH}{visit.query}", words)
