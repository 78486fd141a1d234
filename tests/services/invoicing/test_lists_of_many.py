"""Lists over very many invoices are read by indexes, and their pages stand still while new invoices come."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from services.invoicing import reads
from services.invoicing.component import COMPONENT
from services.invoicing.domain.documents import DocumentStatus
from services.invoicing.domain.payments import PaymentStatus
from services.invoicing.reads import Question, Sight, Wanted
from services.invoicing.sql import issuing
from shared.database.database import Database
from shared.graphql.pages import Page
from shared.period import Month
from tests.asking import Asker, Refused
from tests.conftest import Hosting
from tests.services.invoicing.statements import same_id
from tests.services.invoicing.till import NO_RENDERER, Till, owing

MONTHS = [Month(2025, 4).plus(number) for number in range(10)]
FAMILIES = 1_000
ASHA = same_id("family", 7)
COORDINATOR = Sight(everything=True)
NAMES = ("Asha Rao", "Bimal Śaha", "বিমল সাহা", "Chitra Iyer", "Dev Khan")
LIST = """query ($filter: InvoiceFilter, $search: String, $first: Int, $after: String) {
  invoices(filter: $filter, search: $search, first: $first, after: $after) {
    nodes { number month } totalCount pageInfo { hasNextPage endCursor } } }"""


@pytest.fixture(scope="module")
def letterhead() -> str:
    return '{"name":"NIVAA Learning","address":[],"tax_number":null,"logo":null}'


@pytest.fixture
async def asker(hosting: Hosting, letterhead: str) -> AsyncIterator[Asker]:
    """Ten months of a thousand families; the statements themselves are left out."""
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        database = asker.host.databases["invoicing"]
        async with database.transaction() as transaction:
            for number, month in enumerate(MONTHS):
                first = number * FAMILIES + 1
                block = (same_id("cycle", month), str(month), f"{number:04}", first, FAMILIES, letterhead)
                await transaction.execute(issuing.RESERVE_BLOCK, *block, datetime.now(UTC))
            await transaction.execute_many(issuing.ISSUE, [row for month in MONTHS for row in _invoices(month)])
        await database.execute("ANALYZE invoice")
        yield asker


def _invoices(month: Month) -> list[tuple[object, ...]]:
    chance = Random(str(month))  # noqa: S311 -- the same rows each time
    rows: list[tuple[object, ...]] = []
    for ordinal in range(1, FAMILIES + 1):
        number = f"NV/{month.number:02}{month.year % 100}/{ordinal:06}"
        search = f"{number}\n{chance.choice(NAMES)} {ordinal}\n{chance.choice(NAMES)}".casefold()
        paid = ordinal % 5
        status = "PAID" if paid else "UNPAID"
        total = 0 if paid else 10_000
        money = (total, 0, 0, total)
        rows.append(
            (
                *(uuid4(), number, same_id("cycle", month), str(month), ordinal, uuid4(), same_id("family", ordinal)),
                *(datetime.now(UTC), "INR", *money, "x" * 1_500, search, status),
            )
        )
    return rows


SOMEWHERE = ("2025-11", 500)
ASKED: dict[str, Wanted] = {
    "all": Wanted(),
    "month": Wanted(month=Month(2025, 12)),
    "parent": Wanted(parent_id=ASHA),
    "parent and month": Wanted(parent_id=ASHA, month=Month(2025, 12)),
    "payment status": Wanted(payment_status=PaymentStatus.VOID),
    "document status": Wanted(document_status=DocumentStatus.FAILED),
    "both statuses": Wanted(payment_status=PaymentStatus.PAID, document_status=DocumentStatus.FAILED),
    "month and status": Wanted(month=Month(2025, 12), payment_status=PaymentStatus.VOID),
    "a number": Wanted(search="1225/000123"),
    "a name": Wanted(search="śaha 77"),
    "a name in Bengali": Wanted(search="বিমল"),
    "a frequent piece": Wanted(search="nv/"),
    "nobody": Wanted(search="zzzz"),
    "a name in a month": Wanted(search="asha", month=Month(2025, 12)),
    "two letters": Wanted(search="as"),
}


async def plan_of(database: Database, question: Question) -> str:
    if database.dialect == "postgres":
        lines = await database.rows(f"EXPLAIN {question.statement}", *question.parameters)
        return "\n".join(line["QUERY PLAN"] for line in lines)
    lines = await database.rows(f"EXPLAIN QUERY PLAN {question.statement}", *question.parameters)
    return "\n".join(line["detail"] for line in lines)


async def test_no_list_reads_the_whole_table(asker: Asker) -> None:
    database = asker.host.databases["invoicing"]
    for name, wanted in ASKED.items():
        for after in (None, SOMEWHERE):
            question = reads.invoice_page(database.dialect, COORDINATOR, wanted, Page(20, after))
            plan = await plan_of(database, question)
            assert reads_by_index(database, plan), f"{name}\n{plan}"
    own = reads.invoice_page(database.dialect, Sight(parent_id=ASHA), Wanted(), Page(20, None))
    assert reads_by_index(database, await plan_of(database, own))
    whole = Question("SELECT id FROM invoice i WHERE i.total_minor = $1 + 0.5", (7,))
    assert not reads_by_index(database, await plan_of(database, whole))  # or it would prove nothing


def reads_by_index(database: Database, plan: str) -> bool:
    if database.dialect == "postgres":
        return "Seq Scan" not in plan and "Index" in plan
    scanned = [line for line in plan.splitlines() if line.startswith("SCAN")]
    return all("USING INDEX" in line or "VIRTUAL TABLE INDEX" in line for line in scanned)


async def listed(asker: Asker, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await asker.ask("invoicing", LIST, **variables))["invoices"]
    return found


async def test_what_is_found_comes_in_order_and_pages_stand_still_while_new_invoices_come(asker: Asker) -> None:
    await assert_found_in_order(asker)
    till, seen, after = Till(asker), [], None
    for month in ("2026-12", "2027-01", None):
        page = await listed(asker, filter={"parentId": str(ASHA)}, first=4, after=after)
        seen += [node["month"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if month is not None:
            await asker.publish(*till.cycle(month, [owing(ASHA, 10_000, month=month)]))
    assert seen == [str(month) for month in reversed(MONTHS)]


async def assert_found_in_order(asker: Asker) -> None:
    exact = await listed(asker, search=" NV/1225/000123 ")
    assert ([node["number"] for node in exact["nodes"]], exact["totalCount"]) == (["NV/1225/000123"], 1)
    everyone = await listed(asker, search="nv/", first=3)
    assert [node["number"] for node in everyone["nodes"]] == ["NV/0126/001000", "NV/0126/000999", "NV/0126/000998"]
    assert everyone["totalCount"] == len(MONTHS) * FAMILIES
    second = await listed(asker, search="nv/", first=2, after=everyone["pageInfo"]["endCursor"])
    assert [node["number"] for node in second["nodes"]] == ["NV/0126/000997", "NV/0126/000996"]
    narrowed = await listed(asker, search="বিমল", filter={"month": "2025-12", "paymentStatus": "UNPAID"}, first=100)
    assert {node["month"] for node in narrowed["nodes"]} == {"2025-12"}
    assert len(narrowed["nodes"]) == narrowed["totalCount"] > 10
    assert (await listed(asker, search="zzzz"))["totalCount"] == 0
    assert (await listed(asker, search='"asha" OR "dev"'))["totalCount"] == 0
    short = await listed(asker, search="বি", first=1)
    assert short["totalCount"] == (await listed(asker, search="বিমল"))["totalCount"]


NOT_ASKED: list[dict[str, Any]] = [
    {"search": "x" * 201},
    {"search": "a\x00b"},
    {"search": "\x1b[31m"},
    {"after": "WyIyMDI2LTEwIiwgOTk5OTk5OTk5OTk5XQ=="},
    {"after": "WyIyMDI2LTEwXHUwMDAwIiwgMV0="},
    {"after": "é"},
    {"filter": {"parentId": "Asha"}},
    {"filter": {"month": "2026-13"}},
]


async def test_what_cannot_be_asked_is_refused(hosting: Hosting) -> None:
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        for arguments in NOT_ASKED:
            with pytest.raises(Refused) as refused:
                await listed(asker, **arguments)
            assert refused.value.code == "INVALID_INPUT", arguments


async def test_a_number_that_none_has_is_nobodys(hosting: Hosting) -> None:
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        for number in ("", "NV/2627/000001", "a\x00b", "x" * 5_000):
            found = await asker.ask("invoicing", "query ($n: String) { invoice(number: $n) { id } }", n=number)
            assert found == {"invoice": None}
