"""Everything that the product says about its sessions, packages, cycles and invoices, and that it adds up.

Read by a coordinator through the gateway, with money shown.
"""

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.services.invoicing.documents import texts
from tests.system.desk import Desk

Node = dict[str, Any]

PAGE = 20
FAMILIES = """parents(first: $first, after: $after) {
  nodes {
    id name remaining totalSessions lowPackageAlert { id }
    sessionPackages(first: 20) {
      nodes {
        id month totalSessions usedSessions expiredSessions remaining goodwill cost { amount }
        movements(first: 30) { nodes { kind sessions session { id } } }
      }
    }
  }
  pageInfo { hasNextPage endCursor }
}"""
SESSIONS = """sessions(first: $first, after: $after) {
  nodes { id status coverage billingMonth price { amount } sessionPackage { id } }
  pageInfo { hasNextPage endCursor }
}"""
ALERTS = """lowPackageAlerts(first: $first, after: $after) {
  nodes { id status parent { id } }
  pageInfo { hasNextPage endCursor }
}"""
CYCLES = """billingCycles(first: $first, after: $after) {
  nodes {
    id month status sessionsCounted statementsCount payoutsCount sha256
    invoicedTotal { amount } payoutTotal { amount }
  }
  pageInfo { hasNextPage endCursor }
}"""
PAYOUTS = """payouts(first: $first, after: $after) {
  nodes {
    id cycle { month } tutor { id } sessionsCompleted addonSessions status grossAmount { amount } netAmount { amount }
    deductions { amount { amount } } lines { kind session { id } amount { amount } }
  }
  pageInfo { hasNextPage endCursor }
}"""
INVOICES = """invoices(first: $first, after: $after) {
  nodes {
    id number month parent { id } paymentStatus documentStatus
    subtotal { amount } discount { amount } tax { amount } total { amount }
    lines { kind amount { amount } } sessions { session { id } lateFrom }
    pdf { url sha256 }
  }
  pageInfo { hasNextPage endCursor }
}"""
VERIFY = "mutation ($month: Month!) { verifyCycle(month: $month) { matches } }"


@dataclass(frozen=True)
class Books:
    families: list[Node]
    sessions: list[Node]
    alerts: list[Node]
    cycles: list[Node]
    payouts: list[Node]
    invoices: list[Node]

    @property
    def packages(self) -> list[Node]:
        return [package for family in self.families for package in family["sessionPackages"]["nodes"]]

    @property
    def closed(self) -> list[Node]:
        return [cycle for cycle in self.cycles if cycle["status"] == "CLOSED"]

    @property
    def approved(self) -> list[Node]:
        return [session for session in self.sessions if session["status"] == "APPROVED"]


async def read_books(desk: Desk) -> Books:
    connections = (FAMILIES, SESSIONS, ALERTS, CYCLES, PAYOUTS, INVOICES)
    return Books(*await asyncio.gather(*(_all_of(desk, connection) for connection in connections)))


async def _all_of(desk: Desk, connection: str) -> list[Node]:
    nodes: list[Node] = []
    after = None
    while True:
        data = await desk.ask(f"query ($first: Int, $after: String) {{ {connection} }}", first=PAGE, after=after)
        (page,) = data.values()
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]


def assert_deducted_once(books: Books) -> None:
    """Each approved session has one coverage, and each package's ledger says what its sessions say."""
    covered = Counter(one["sessionPackage"]["id"] for one in books.approved if one["coverage"] == "PACKAGE")
    for package in books.packages:
        movements = package["movements"]["nodes"]
        used = [one["session"]["id"] for one in movements if one["kind"] == "USED"]
        assert len(used) == len(set(used))
        assert package["usedSessions"] == covered[package["id"]] == len(used)
        assert package["remaining"] == sum(one["sessions"] for one in movements)
    sold, used_up, remaining, expired = (
        sum(package[name] for package in books.packages)
        for name in ("totalSessions", "usedSessions", "remaining", "expiredSessions")
    )
    assert sold == used_up + remaining + expired


def assert_alerts_once(books: Books) -> None:
    """At most one is open for a family, and the family shows that one."""
    opened = [(alert["parent"]["id"], alert["id"]) for alert in books.alerts if alert["status"] == "OPEN"]
    shown = [(one["id"], one["lowPackageAlert"]["id"]) for one in books.families if one["lowPackageAlert"]]
    assert sorted(opened) == sorted(shown)


def assert_billed_once(books: Books) -> None:
    """Every approved session of a closed month is in one invoice and one payout, every charge in one invoice."""
    closed = {cycle["month"]: cycle for cycle in books.closed}
    billed = [session for session in books.approved if session["billingMonth"] in closed]
    ids = sorted(session["id"] for session in billed)
    assert sorted(line["session"]["id"] for payout in books.payouts for line in payout["lines"]) == ids
    assert sorted(line["session"]["id"] for invoice in books.invoices for line in invoice["sessions"]) == ids
    for month, cycle in closed.items():
        invoices = [invoice for invoice in books.invoices if invoice["month"] == month]
        payouts = [payout for payout in books.payouts if payout["cycle"]["month"] == month]
        assert len({invoice["parent"]["id"] for invoice in invoices}) == len(invoices) == cycle["statementsCount"]
        assert len({payout["tutor"]["id"] for payout in payouts}) == len(payouts) == cycle["payoutsCount"]
        assert cycle["sessionsCounted"] == sum(session["billingMonth"] == month for session in billed)
        assert total_of(invoices, "total") == money(cycle["invoicedTotal"])
        assert total_of(payouts, "netAmount") == money(cycle["payoutTotal"])
        assert charges_of(invoices) == owed_in(books, month)


def charges_of(invoices: Iterable[Node]) -> dict[str, Decimal]:
    """What the lines of the invoices add up to, by kind."""
    charges: dict[str, Decimal] = defaultdict(Decimal)
    for invoice in invoices:
        for line in invoice["lines"]:
            charges[line["kind"]] += money(line["amount"])
        assert total_of(invoice["lines"], "amount") == money(invoice["subtotal"])
        assert money(invoice["total"]) == money(invoice["subtotal"]) - money(invoice["discount"]) + money(
            invoice["tax"]
        )
    return dict(charges)


def owed_in(books: Books, month: str) -> dict[str, Decimal]:
    """What packages says that the month's charges are, by kind of charge."""
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for session in books.approved:
        if session["billingMonth"] == month and session["coverage"] != "PACKAGE":
            owed[f"{session['coverage']}_SESSION"] += money(session["price"])
    for package in books.packages:
        if package["month"] == month and not package["goodwill"]:
            owed["PACKAGE_PURCHASE"] += money(package["cost"])
    return dict(owed)


def assert_numbered_without_gaps(books: Books) -> None:
    series: dict[str, list[int]] = defaultdict(list)
    for invoice in books.invoices:
        financial_year, _, number = invoice["number"].rpartition("/")
        series[financial_year].append(int(number))
    for numbers in series.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


async def assert_documents_open(desk: Desk, books: Books) -> None:
    """Each invoice's PDF is the one that was recorded, and it opens."""
    for invoice in books.invoices:
        pdf = await desk.download(invoice["pdf"]["url"])
        assert hashlib.sha256(pdf).hexdigest() == invoice["pdf"]["sha256"]
        assert invoice["number"] in texts(pdf)[0]


async def assert_locked(desk: Desk, books: Books) -> None:
    """The rows of every closed cycle still give the hash that its close has stored."""
    for cycle in books.closed:
        assert (await desk.ask(VERIFY, month=cycle["month"]))["verifyCycle"]["matches"]


async def assert_nothing_lost_or_doubled(desk: Desk) -> Books:
    books = await read_books(desk)
    assert_deducted_once(books)
    assert_alerts_once(books)
    assert_billed_once(books)
    assert_numbered_without_gaps(books)
    await assert_documents_open(desk, books)
    await assert_locked(desk, books)
    return books


def money(shown: Node) -> Decimal:
    return Decimal(shown["amount"])


def total_of(nodes: Iterable[Node], field: str) -> Decimal:
    return sum((money(node[field]) for node in nodes), Decimal())
