"""A voided invoice keeps its number, and its charges are charged again by the next cycle."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from services.billing.component import COMPONENT as BILLING
from services.invoicing.component import COMPONENT
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from shared.contracts.invoicing import InvoiceVoided
from tests.asking import Refused
from tests.conftest import Hosting
from tests.services.billing.desk import Desk
from tests.services.billing.packages_side import at, worked_month
from tests.services.invoicing.statements import same_id
from tests.services.invoicing.till import NO_RENDERER, VOID, Till

Eventually = Callable[[Callable[[], Any]], Any]
AUDIT = "{ invoicingAudit { nodes { action subjectId reason doneBy amount { amount } } } }"
INVOICES = "{ invoices { nodes { id number month paymentStatus total { amount } lines { description } } } }"


async def test_a_void_invoice_keeps_its_number_and_nothing_is_due_on_it(till: Till, eventually: Eventually) -> None:
    asha = await till.meet("Asha")
    (invoice,) = await till.issue("2026-10", (asha, 50_000))
    voided = await till.void(invoice, " wrong  price ")
    assert voided == {
        "id": invoice,
        "number": "NV/2627/000001",
        "paymentStatus": "VOID",
        "voidReason": "wrong price",
        "amountDue": {"amount": "0.00"},
    }
    assert await till.standing(asha) == ("0.00", "0.00", [("VOID", "0.00")])
    assert await till.documents() == [(1, "UNPAID", 0), (2, "VOID", 0)]
    (told,) = await eventually(lambda: till.told)
    assert isinstance(told, InvoiceVoided)
    assert (told.number, told.parent_id, told.reason) == ("NV/2627/000001", asha, "wrong price")
    assert told.statement_id == same_id("statement", "2026-10", 1)
    assert (await till.pay(asha, "500"))["credit"]["amount"] == "500.00"


async def test_coordinators_read_who_paid_and_who_voided_and_why(till: Till) -> None:
    asha = await till.meet("Asha")
    first, second = await till.issue("2026-10", (asha, 50_000), (await till.meet("Bimal"), 60_000))
    payment = await till.pay(asha, "200", reference="UPI 4711")
    await till.void(second, "billed twice", idempotencyKey="v")
    await till.void(second, "billed twice", idempotencyKey="v")
    by = till.asker.viewer.subject
    entries = (await till.asker.ask("invoicing", AUDIT))["invoicingAudit"]["nodes"]
    assert [tuple(entry.values()) for entry in entries] == [
        ("VOID_INVOICE", second, "billed twice", by, {"amount": "600.00"}),
        ("RECORD_PAYMENT", payment["id"], "UPI 4711", by, {"amount": "200.00"}),
    ]
    with pytest.raises(Refused) as refused:
        await till.asker.ask("invoicing", AUDIT, Viewer(str(asha), Role.PARENT))
    assert refused.value.code == "FORBIDDEN"
    assert first


async def test_what_cannot_be_voided_is_refused_and_changes_nothing(till: Till) -> None:
    asha, bimal, chitra = [await till.meet(name) for name in ("Asha", "Bimal", "Chitra")]
    await till.pay(bimal, "10")
    partly, from_credit, void, open_one = await till.issue(
        "2026-10", (asha, 50_000), (bimal, 60_000), (chitra, 70_000), (same_id("parent", "Dev"), 80_000)
    )
    await till.pay(asha, "200")
    await till.void(void, "first")
    before = await till.documents(), await till.database.value("SELECT count(*) FROM audit_entry")
    refusals: list[tuple[str, dict[str, Any], str]] = [
        (partly, {}, "INVOICE_NOT_VOIDABLE"),
        (from_credit, {}, "INVOICE_NOT_VOIDABLE"),
        (void, {}, "INVOICE_NOT_VOIDABLE"),
        (str(uuid4()), {}, "NOT_FOUND"),
        ("NV/2627/000001", {}, "INVALID_INPUT"),
        (open_one, {"reason": " "}, "INVALID_INPUT"),
        (open_one, {"reason": "x" * 501}, "INVALID_INPUT"),
        (open_one, {"reason": None}, "GRAPHQL_INVALID"),
        (open_one, {"idempotencyKey": "k" * 201}, "INVALID_INPUT"),
    ]
    for invoice, fields, code in refusals:
        given = {"invoiceId": invoice, "reason": "wrong", **fields}
        with pytest.raises(Refused) as refused:
            await till.asker.ask("invoicing", VOID, input=given)
        assert refused.value.code == code, (invoice, fields)
    for role in (Role.PARENT, Role.TUTOR, Role.SERVICE):
        with pytest.raises(Refused) as refused:
            await till.asker.ask("invoicing", VOID, Viewer(str(asha), role), input={"invoiceId": void, "reason": "x"})
        assert refused.value.code == "FORBIDDEN"
    assert (await till.documents(), await till.database.value("SELECT count(*) FROM audit_entry")) == before


async def test_a_key_stands_for_one_void(till: Till) -> None:
    first, second = await till.issue("2026-10", (same_id("a"), 50_000), (same_id("b"), 60_000))
    assert (await till.void(first, idempotencyKey="v-1"))["id"] == first
    assert (await till.void(first, idempotencyKey="v-1"))["paymentStatus"] == "VOID"
    with pytest.raises(Refused) as refused:
        await till.void(second, idempotencyKey="v-1")
    assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"


async def test_of_a_payment_and_a_void_at_once_one_comes_first(till: Till) -> None:
    parents = [await till.meet(f"parent {number}") for number in range(12)]
    invoices = await till.issue("2026-10", *((parent, 10_000) for parent in parents))
    both = [
        task
        for parent, invoice in zip(parents, invoices, strict=True)
        for task in (till.pay(parent, "100"), till.void(invoice))
    ]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    for parent, paid, voided in zip(parents, outcomes[::2], outcomes[1::2], strict=True):
        assert isinstance(paid, dict)
        if isinstance(voided, Refused):
            assert voided.code == "INVOICE_NOT_VOIDABLE"
            assert await till.standing(parent) == ("0.00", "0.00", [("PAID", "100.00")])
        else:
            assert await till.standing(parent) == ("0.00", "100.00", [("VOID", "0.00")])


async def test_the_next_cycle_charges_exactly_what_a_voided_one_had_cost_and_the_one_after_again(
    hosting: Hosting, eventually: Eventually
) -> None:
    clock = TravellingClock()
    clock.travel_to(at("2026-11-02 10:00"))
    month = worked_month()
    async with hosting([BILLING, COMPONENT], clock=clock, **NO_RENDERER) as asker:
        desk, till = Desk(asker, month.packages), Till(asker)
        await desk.listen()
        await desk.hear(month.packages.facts())
        await desk.agree(month)

        async def invoice_of(cycle: str) -> Any:
            nodes = (await asker.ask("invoicing", INVOICES))["invoices"]["nodes"]
            return next((node for node in nodes if node["month"] == cycle), None)

        async def void(cycle: str) -> None:
            await till.void((await eventually(lambda: invoice_of(cycle)))["id"])
            number = (await invoice_of(cycle))["number"]
            await eventually(
                lambda: desk.database.row("SELECT 1 AS one FROM adjustment WHERE description LIKE $1", f"%{number}")
            )

        await desk.run("2026-09")
        await desk.run("2026-10")
        await void("2026-10")
        clock.travel_to(at("2026-12-02 10:00"))
        await desk.run("2026-11")
        november = await eventually(lambda: invoice_of("2026-11"))
        assert november["total"]["amount"] == "9025.00"
        assert november["lines"] == [{"description": "Charges of voided invoice NV/2627/000002"}]
        await void("2026-11")
        clock.travel_to(at("2027-01-02 10:00"))
        await desk.run("2026-12")
        december = await eventually(lambda: invoice_of("2026-12"))
        assert (december["number"], december["total"]["amount"]) == ("NV/2627/000004", "9025.00")
        assert (await till.standing(month.asha))[0] == "13775.00"  # and September's 5,000.00 less 5 %
