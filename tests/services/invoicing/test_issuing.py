"""Cycles arrive through the real broker and inbox; each invoice is issued once, whatever comes again."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec
import pytest

from services.invoicing.component import COMPONENT
from shared.contracts.billing import CycleClosed
from shared.contracts.invoicing import InvoiceIssued
from shared.database.guards import Refused
from shared.ids import new_id
from shared.messaging.envelope import Event
from tests.asking import Asker
from tests.conftest import Hosting
from tests.services.invoicing.statements import a_cycle, a_purchase, a_statement

NO_RENDERER: dict[str, Any] = {"NIVAA_WKHTMLTOPDF": "/nowhere/wkhtmltopdf", "NIVAA_FREEZE": "none"}
NUMBERS = "SELECT number, ordinal, month FROM invoice ORDER BY number"


def a_month(month: str, statements: int) -> list[CycleClosed]:
    return a_cycle(month, [a_statement(ordinal, month=month, sessions=1) for ordinal in range(1, statements + 1)])


async def numbers(asker: Asker) -> list[tuple[str, int, str]]:
    rows = await asker.host.databases["invoicing"].rows(NUMBERS)
    return [(row["number"], row["ordinal"], row["month"]) for row in rows]


async def test_numbers_follow_the_ordinals_whatever_order_the_parts_come_in(hosting: Hosting) -> None:
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        for part in reversed(a_month("2026-10", 5)):
            await asker.publish(part)
        await asker.publish(*a_month("2026-11", 2))
        assert await numbers(asker) == [
            *((f"NV/2627/{ordinal:06}", ordinal, "2026-10") for ordinal in range(1, 6)),
            *((f"NV/2627/{5 + ordinal:06}", ordinal, "2026-11") for ordinal in range(1, 3)),
        ]


async def test_april_begins_a_series_of_its_own(hosting: Hosting) -> None:
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        await asker.publish(*a_month("2027-03", 1), *a_month("2027-04", 1))
        assert await numbers(asker) == [("NV/2627/000001", 1, "2027-03"), ("NV/2728/000001", 1, "2027-04")]


async def test_parts_of_several_cycles_at_once_and_again_leave_no_gap_and_no_double(hosting: Hosting) -> None:
    parts = [*a_month("2026-10", 9), *a_month("2026-11", 7), *a_month("2026-12", 5)] * 2
    Random(7).shuffle(parts)  # noqa: S311 -- a shuffle, the same each time
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        await asyncio.gather(*(asker.publish(part) for part in parts))
        issued = await numbers(asker)
        assert [number for number, _, _ in issued] == [f"NV/2627/{n:06}" for n in range(1, 22)]
        assert len({(month, ordinal) for _, ordinal, month in issued}) == 21
        assert await asker.host.databases["invoicing"].value("SELECT count(*) FROM document") == 21
        assert await asker.host.broker.dead_letters("invoicing") == []


async def test_each_invoice_is_told_once(hosting: Hosting) -> None:
    told: list[InvoiceIssued] = []
    all_told = asyncio.Event()

    async def hear(events: Sequence[Event]) -> None:
        told.extend(msgspec.json.decode(event.body, type=InvoiceIssued) for event in events)
        if len(told) >= 3:
            all_told.set()

    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        await asker.host.broker.subscribe("probe", {InvoiceIssued.TOPIC}, hear)
        await asker.publish(*a_month("2026-10", 3), *a_month("2026-10", 3))
        await asyncio.wait_for(all_told.wait(), 30)
        assert sorted(fact.number for fact in told) == [f"NV/2627/{n:06}" for n in (1, 2, 3)]
        assert {(fact.total_minor, fact.currency, fact.month) for fact in told} == {(769_500, "INR", "2026-10")}


async def test_a_statement_outside_of_what_was_announced_is_put_aside_and_the_others_go_on(hosting: Hosting) -> None:
    good, bad = a_month("2026-10", 4)
    bad = msgspec.structs.replace(bad, statements=[a_statement(99, sessions=1)])
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        await asker.publish(bad, good)
        assert [ordinal for _, ordinal, _ in await numbers(asker)] == [1, 2]
        (letter,) = await asker.host.broker.dead_letters("invoicing")
        assert "statement 99 of 4" in letter.reason


async def test_a_part_that_cannot_be_taken_is_put_aside_and_replayed_and_the_others_go_on(
    hosting: Hosting, broker_url: str, eventually: Callable[..., Any]
) -> None:
    on_fire = Refused("disk_on_fire", "BEFORE INSERT ON invoice", "NEW.ordinal = 3")
    unreadable = Event(new_id(), CycleClosed.TOPIC, datetime.now(UTC), msgspec.Raw(b'{"month": 10}'))
    async with hosting([COMPONENT], NIVAA_BROKER_URL=broker_url, **NO_RENDERER) as asker:
        database, broker = asker.host.databases["invoicing"], asker.host.broker
        for statement in getattr(on_fire, database.dialect):
            await database.execute(statement)

        async def letters() -> list[str]:
            return sorted(letter.reason for letter in await broker.dead_letters("invoicing"))

        await broker.publish([unreadable])
        await asker.publish(*a_month("2026-10", 4), *a_month("2026-11", 2))

        async def two_letters() -> bool:
            return len(await letters()) == 2

        await eventually(two_letters)
        assert [(ordinal, month) for _, ordinal, month in await numbers(asker)] == [
            *((ordinal, "2026-10") for ordinal in (1, 2)),
            *((ordinal, "2026-11") for ordinal in (1, 2)),
        ]
        on_invoice = " ON invoice" if database.dialect == "postgres" else ""
        await database.execute(f"DROP TRIGGER disk_on_fire{on_invoice}")
        await broker.replay(await broker.dead_letters("invoicing"))

        async def all_issued() -> bool:
            return len(await numbers(asker)) == 6 and len(await letters()) == 1

        await eventually(all_issued)
        assert [number for number, _, _ in await numbers(asker)] == [f"NV/2627/{n:06}" for n in range(1, 7)]
        assert "ValidationError" in (await letters())[0]


@pytest.mark.parametrize(("amount_minor", "status"), [(0, "PAID"), (-50_000, "PAID"), (50_000, "UNPAID")])
async def test_only_a_positive_total_is_owed(hosting: Hosting, amount_minor: int, status: str) -> None:
    charge = msgspec.structs.replace(a_purchase(), amount_minor=amount_minor)
    statement = msgspec.structs.replace(
        a_statement(charges=[charge]), discounts=[], discount_minor=0, total_minor=amount_minor
    )
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        await asker.publish(*a_cycle("2026-10", [statement]))
        data = await asker.ask(
            "invoicing", "{ invoices { nodes { paymentStatus amountPaid { amount } amountDue { amount } } } }"
        )
        (invoice,) = data["invoices"]["nodes"]
        assert invoice["paymentStatus"] == status
        assert invoice["amountPaid"]["amount"] == "0.00"
        assert invoice["amountDue"]["amount"] == ("500.00" if amount_minor > 0 else "0.00")


async def test_what_issuing_wrote_is_locked(hosting: Hosting) -> None:
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        await asker.publish(*a_month("2026-10", 1))
        database = asker.host.databases["invoicing"]
        for change in (
            "UPDATE invoice SET total_minor = total_minor + 1, subtotal_minor = subtotal_minor + 1",
            "UPDATE invoice SET number = 'NV/2627/000009'",
            "DELETE FROM invoice",
            "UPDATE number_block SET first_number = 2",
        ):
            with pytest.raises(Exception, match="is locked"):
                await database.execute(change)
        for change, held_by in (
            ("UPDATE invoice SET paid_minor = 1", "invoice_paid_is_counted"),
            ("UPDATE invoice SET payment_status = 'PAID'", "invoice_paid"),
            ("UPDATE invoice SET payment_status = 'VOID'", "invoice_void"),
            ("UPDATE document SET status = 'RENDERED'", "document_status"),
        ):
            with pytest.raises(Exception, match=held_by):
                await database.execute(change)
