"""Payments fill invoices, what is left over waits for the next one, and every paisa stays somewhere."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.auth.viewer import Role, Viewer
from shared.contracts.invoicing import InvoicePaid
from shared.messaging import arrivals
from tests.asking import Refused
from tests.services.invoicing.statements import same_id
from tests.services.invoicing.till import PAY, Till, owing

Eventually = Callable[[Callable[[], Any]], Any]


async def test_partial_exact_and_over(till: Till, eventually: Eventually) -> None:
    asha = await till.meet("Asha")
    await till.issue("2026-10", (asha, 50_000))
    first = await till.pay(asha, "200", reference=" UPI  4711 ")
    assert (first["method"], first["reference"], first["parent"]["id"]) == ("UPI", "UPI 4711", str(asha))
    assert first["recordedBy"] == till.asker.viewer.subject
    assert first["allocations"] == [{"invoice": {"number": "NV/2627/000001"}, "amount": {"amount": "200.00"}}]
    assert await till.standing(asha) == ("300.00", "0.00", [("PARTIALLY_PAID", "200.00")])
    assert till.told == []
    await till.pay(asha, "300")
    assert await till.standing(asha) == ("0.00", "0.00", [("PAID", "500.00")])
    over = await till.pay(asha, "75.50")
    assert (over["credit"]["amount"], over["allocations"]) == ("75.50", [])
    assert await till.standing(asha) == ("0.00", "75.50", [("PAID", "500.00")])
    (paid,) = await eventually(lambda: till.told)
    assert isinstance(paid, InvoicePaid)
    assert (paid.number, paid.total_minor, paid.parent_id) == ("NV/2627/000001", 50_000, asha)
    assert await till.documents() == [(1, "UNPAID", 0), (2, "PARTIALLY_PAID", 20_000), (3, "PAID", 50_000)]


async def test_the_oldest_invoice_is_filled_first_unless_one_is_named(till: Till) -> None:
    asha = await till.meet("Asha")
    await till.issue("2026-10", (asha, 10_000))
    (november,) = await till.issue("2026-11", (asha, 20_000))
    (december,) = await till.issue("2026-12", (asha, 30_000))
    await till.pay(asha, "150")
    assert (await till.standing(asha))[2] == [("PAID", "100.00"), ("PARTIALLY_PAID", "50.00"), ("UNPAID", "0.00")]
    named = await till.pay(None, "350", invoiceId=december)
    assert (named["invoice"], named["credit"]["amount"]) == ({"number": "NV/2627/000003"}, "50.00")
    assert await till.standing(asha) == (
        "150.00",
        "50.00",
        [("PAID", "100.00"), ("PARTIALLY_PAID", "50.00"), ("PAID", "300.00")],
    )
    assert (await till.pay(asha, "1", invoiceId=december))["credit"]["amount"] == "1.00"
    assert (await till.pay(asha, "150", invoiceId=november))["credit"]["amount"] == "0.00"
    assert (await till.standing(asha))[:2] == ("0.00", "51.00")


async def test_a_payment_before_its_invoice_is_used_when_that_is_issued(till: Till, eventually: Eventually) -> None:
    asha, bimal = await till.meet("Asha"), await till.meet("Bimal")
    await till.pay(asha, "100")
    await till.pay(asha, "250")
    assert await till.standing(asha) == ("0.00", "350.00", [])
    await till.issue("2026-10", (bimal, 40_000), (asha, 12_000))
    assert await till.standing(asha) == ("0.00", "230.00", [("PAID", "120.00")])
    assert await till.standing(bimal) == ("400.00", "0.00", [("UNPAID", "0.00")])
    await till.issue("2026-11", (asha, 50_000))
    assert await till.standing(asha) == ("270.00", "0.00", [("PAID", "120.00"), ("PARTIALLY_PAID", "230.00")])
    shown = await till.parent(asha)
    newest, oldest = shown["invoices"]["nodes"]
    assert [share["amount"]["amount"] for share in oldest["payments"]] == ["100.00", "20.00"]
    assert [share["amount"]["amount"] for share in newest["payments"]] == ["230.00"]
    assert shown["payments"]["totalCount"] == 2
    assert [each["amount"]["amount"] for each in shown["payments"]["nodes"]] == ["250.00", "100.00"]
    assert [told.number for told in await eventually(lambda: till.told)] == ["NV/2627/000002"]
    versions = [(1, "UNPAID", 0), (1, "PAID", 12_000), (1, "PARTIALLY_PAID", 23_000)]
    assert await till.documents() == versions


async def test_two_cycles_at_once_use_the_credit_in_order(till: Till) -> None:
    asha = await till.meet("Asha")
    await till.pay(asha, "150")
    october = till.cycle("2026-10", [owing(asha, 10_000, month="2026-10")])
    november = till.cycle("2026-11", [owing(asha, 10_000, month="2026-11")])
    await till.asker.publish(*november, *october)
    assert (await till.standing(asha))[2] == [("PAID", "100.00"), ("PARTIALLY_PAID", "50.00")]
    await till.asker.publish(*october, *november)
    assert (await till.standing(asha))[:2] == ("50.00", "0.00")


async def test_nothing_is_due_on_a_total_of_zero_or_less_and_no_credit_is_used(
    till: Till, eventually: Eventually
) -> None:
    asha, bimal = await till.meet("Asha"), await till.meet("Bimal")
    await till.pay(asha, "100")
    await till.issue("2026-10", (asha, -5_000), (bimal, 0))
    assert await till.standing(asha) == ("0.00", "100.00", [("PAID", "0.00")])
    assert await till.standing(bimal) == ("0.00", "0.00", [("PAID", "0.00")])
    told = await eventually(lambda: len(till.told) == 2 and till.told)
    assert sorted(fact.number for fact in told) == ["NV/2627/000001", "NV/2627/000002"]


async def test_the_same_key_pays_once(till: Till) -> None:
    asha = await till.meet("Asha")
    await till.issue("2026-10", (asha, 50_000))
    first = await till.pay(asha, "200", idempotencyKey="receipt-1")
    again = await asyncio.gather(*(till.pay(asha, "200", idempotencyKey="receipt-1") for _ in range(4)))
    assert {payment["id"] for payment in again} == {first["id"]}
    assert (await till.standing(asha))[:2] == ("300.00", "0.00")
    with pytest.raises(Refused) as refused:
        await till.pay(asha, "201", idempotencyKey="receipt-1")
    assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"


BAD_PAYMENTS: list[tuple[dict[str, Any], str]] = [
    ({"amount": {"amount": "0"}}, "INVALID_INPUT"),
    ({"amount": {"amount": "-5"}}, "INVALID_INPUT"),
    ({"amount": {"amount": "0.001"}}, "INVALID_INPUT"),
    ({"amount": {"amount": "1e30"}}, "INVALID_INPUT"),
    ({"amount": {"amount": "NaN"}}, "INVALID_INPUT"),
    ({"amount": {"amount": "5", "currency": "USD"}}, "INVALID_INPUT"),
    ({"amount": {"amount": "5", "currency": "RUPEES"}}, "INVALID_INPUT"),
    ({"reference": "  "}, "INVALID_INPUT"),
    ({"reference": "x" * 201}, "INVALID_INPUT"),
    ({"reference": "a\x00b"}, "INVALID_INPUT"),
    ({"idempotencyKey": ""}, "INVALID_INPUT"),
    ({"parentId": None}, "INVALID_INPUT"),
    ({"parentId": "nobody"}, "INVALID_INPUT"),
    ({"parentId": str(uuid4())}, "NOT_FOUND"),
    ({"parentId": "tutor"}, "NOT_FOUND"),
    ({"invoiceId": str(uuid4())}, "NOT_FOUND"),
    ({"invoiceId": "NV/2627/000001"}, "INVALID_INPUT"),
    ({"invoiceId": "bimal"}, "INVALID_INPUT"),
    ({"invoiceId": "void"}, "INVOICE_NOT_PAYABLE"),
    ({"method": "IOU"}, "GRAPHQL_INVALID"),
    ({"method": None}, "GRAPHQL_INVALID"),
    ({"amount": None}, "GRAPHQL_INVALID"),
]


async def test_what_is_no_payment_changes_nothing(till: Till) -> None:
    asha, bimal = await till.meet("Asha"), await till.meet("Bimal")
    _, of_bimal = await till.issue("2026-10", (asha, 50_000), (bimal, 60_000))
    (void,) = await till.issue("2026-11", (asha, 10_000))
    await till.void(void)
    before = await till.standing(asha), await till.standing(bimal), await till.documents()
    known = {"bimal": of_bimal, "void": void, "tutor": str(await till.meet("Meena", "TUTOR"))}
    for given, code in BAD_PAYMENTS:
        fields = {name: known.get(str(value), value) for name, value in given.items()}
        with pytest.raises(Refused) as refused:
            await till.pay(asha, "5", **fields)
        assert refused.value.code == code, given
    assert (await till.standing(asha), await till.standing(bimal), await till.documents()) == before
    assert await till.database.value("SELECT count(*) FROM payment") == 0
    assert await till.database.value("SELECT count(*) FROM audit_entry") == 1


async def test_a_parent_whom_packages_has_just_told_of_can_pay(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "PATIENCE_SECONDS", 30)
    asha = same_id("person", "Asha")
    paying = asyncio.create_task(till.pay(asha, "5"))
    await asyncio.sleep(0)  # it asks first; the parent comes while it waits
    await till.meet("Asha")
    assert (await paying)["amount"]["amount"] == "5.00"


async def test_only_coordinators_take_money(till: Till) -> None:
    asha = await till.meet("Asha")
    given = {"parentId": str(asha), "amount": {"amount": "5"}, "method": "CASH"}
    for role in (Role.PARENT, Role.TUTOR, Role.SERVICE):
        with pytest.raises(Refused) as refused:
            await till.asker.ask("invoicing", PAY, Viewer(str(asha), role), input=given)
        assert refused.value.code == "FORBIDDEN"
    assert (await till.standing(asha))[1] == "0.00"


async def test_the_database_itself_holds_the_books(till: Till) -> None:
    asha, bimal = await till.meet("Asha"), await till.meet("Bimal")
    of_asha, of_bimal = await till.issue("2026-10", (asha, 50_000), (bimal, 60_000))
    (void,) = await till.issue("2026-11", (asha, 10_000))
    await till.void(void)
    payment = (await till.pay(asha, "200"))["id"]
    spare = (await till.pay(asha, "400"))["id"]
    allocate = (
        "INSERT INTO allocation (id, payment_id, invoice_id, amount_minor, applied_at) VALUES ($1, $2, $3, $4, $5)"
    )
    forgeries: list[tuple[str, str, tuple[Any, ...]]] = [
        ("is locked", "UPDATE payment SET amount_minor = 30000 WHERE id = $1", (UUID(payment),)),
        ("is locked", "UPDATE payment SET reference = 'mine' WHERE id = $1", (UUID(payment),)),
        ("is locked", "DELETE FROM payment", ()),
        ("is locked", "UPDATE allocation SET amount_minor = 1", ()),
        ("is locked", "DELETE FROM allocation", ()),
        ("is locked", "DELETE FROM audit_entry", ()),
        ("payment_applied_is_counted", "UPDATE payment SET applied_minor = 1 WHERE id = $1", (UUID(payment),)),
        ("invoice_paid_is_counted", "UPDATE invoice SET paid_minor = 0 WHERE id = $1", (UUID(of_asha),)),
        ("invoice_void_for_good", "UPDATE invoice SET void_reason = 'other' WHERE id = $1", (UUID(void),)),
        ("allocation_within_a_family", allocate, allocation(spare, of_bimal, 100)),
        ("payment_amount", allocate, allocation(spare, void, 10_001)),
        ("invoice_void_for_good|invoice_paid", allocate, allocation(spare, void, 100)),
        ("allocation_amount", allocate, allocation(spare, void, 0)),
    ]
    for held_by, statement, parameters in forgeries:
        with pytest.raises(Exception, match=held_by):
            await till.database.execute(statement, *parameters)
    assert await till.standing(asha) == ("0.00", "100.00", [("PAID", "500.00"), ("VOID", "0.00")])


def allocation(payment: str, invoice: str, amount_minor: int) -> tuple[object, ...]:
    return uuid4(), UUID(payment), UUID(invoice), amount_minor, datetime.now(UTC)
