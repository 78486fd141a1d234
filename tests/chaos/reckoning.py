"""What there is in the end, held against what must have come of the month, and counted."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

from babel.numbers import format_currency

from shared.messaging.opening import open_broker
from tests.chaos.month import ADDON_RATE, ORDINARY_SESSIONS, RATE, BusyMonth, Family
from tests.services.invoicing.documents import texts
from tests.system.books import Books, Node, assert_nothing_lost_or_doubled, charges_of, money, owed_in, total_of
from tests.system.desk import Desk
from tests.system.distributed import WITH_TABLES

Counts = dict[str, object]


async def reckon(desk: Desk, month: BusyMonth, broker_url: str) -> Counts:
    books = await assert_nothing_lost_or_doubled(desk)
    assert_all_is_taught_and_deducted(books, month)
    assert_alerts_were_raised_once(books, month)
    assert_tutors_earned_it(books, month)
    await assert_invoices_say_it(desk, books, month)
    letters = await dead_letters(broker_url)
    assert letters == []
    return {**counts_of(books), "dead letters": len(letters)}


def assert_all_is_taught_and_deducted(books: Books, month: BusyMonth) -> None:
    assert sorted(session["id"] for session in books.approved) == sorted(month.sessions)
    used = {
        family["id"]: [one["usedSessions"] for one in family["sessionPackages"]["nodes"]] for family in books.families
    }
    assert used == {family.parent: [family.used] for family in month.families}


def assert_alerts_were_raised_once(books: Books, month: BusyMonth) -> None:
    raised = Counter(alert["parent"]["id"] for alert in books.alerts)
    assert raised == Counter(family.parent for family in month.families if family.is_low)


def assert_tutors_earned_it(books: Books, month: BusyMonth) -> None:
    earned = len(month.families) * (ORDINARY_SESSIONS * RATE + ADDON_RATE)
    assert total_of(books.payouts, "grossAmount") == total_of(books.payouts, "netAmount") == earned


async def assert_invoices_say_it(desk: Desk, books: Books, month: BusyMonth) -> None:
    """One for each family, with its lines, its sessions and its total, and the same on paper."""
    invoices = {invoice["parent"]["id"]: invoice for invoice in books.invoices}
    assert len(invoices) == len(books.invoices) == len(month.families)
    for family in month.families:
        invoice = invoices[family.parent]
        assert_says(invoice, family)
        (page, *_) = texts(await desk.download(invoice["pdf"]["url"]))
        for expected in (invoice["number"], family.name, format_currency(family.total, "INR", locale="en_IN")):
            assert expected in page


def assert_says(invoice: Node, family: Family) -> None:
    assert Counter((line["kind"], money(line["amount"])) for line in invoice["lines"]) == family.charges
    assert sorted(line["session"]["id"] for line in invoice["sessions"]) == sorted(family.sessions)
    assert (money(invoice["subtotal"]), money(invoice["total"])) == (family.subtotal, family.total)


async def dead_letters(broker_url: str) -> list[object]:
    async with open_broker(broker_url, Path("unused")) as broker:
        return [letter for queue in WITH_TABLES for letter in await broker.dead_letters(queue)]


def counts_of(books: Books) -> Counts:
    covered = Counter(session["coverage"] for session in books.approved)
    numbers = sorted(invoice["number"] for invoice in books.invoices)
    sold, used, left, expired = (
        sum(package[name] for package in books.packages)
        for name in ("totalSessions", "usedSessions", "remaining", "expiredSessions")
    )
    charged = sum((sum(owed_in(books, cycle["month"]).values()) for cycle in books.closed), Decimal())
    return {
        "sessions": f"{len(books.approved)}: {covered['PACKAGE']} deducted once, {covered['OVERAGE']} overage, "
        f"{covered['ADDON']} add-ons",
        "lots": f"{sold} sold = {used} used + {left} left + {expired} expired",
        "statements": sum(cycle["statementsCount"] for cycle in books.closed),
        "invoices": f"{len(numbers)}: {numbers[0]} to {numbers[-1]}",
        "PDFs": sum(invoice["documentStatus"] == "RENDERED" for invoice in books.invoices),
        "alerts": len(books.alerts),
        "money": f"{charged} charged = {sum(charges_of(books.invoices).values())} on invoice lines",
    }
