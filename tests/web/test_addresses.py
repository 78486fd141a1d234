"""What addresses lead to, as any HTTP client sees it: pages of lists, forms opened by themselves, and nothing."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.web.office import Office
from tests.web.test_signing_in import Caller, hidden

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PAGES = {
    "parent": ("/parent",),
    "tutor": ("/tutor", "/tutor?month=2026-10"),
    "coordinator": (
        *("/coordinator/alerts", "/coordinator/alerts?show=all&search=a"),
        *("/admin/billing/packages", "/admin/billing/packages?view=approve", "/admin/billing/packages?view=sell"),
        *("/admin/billing/cycles?month=2026-10", "/admin/billing/cycles?month=2026-11&preview=1"),
        *("/admin/billing/payouts", "/admin/billing/invoices?status=UNPAID&month=2026-10", "/coordinator/telegram"),
    ),
}  # fmt: skip


@pytest.fixture
async def caller(live_office: Office) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Caller(http, live_office.url)


async def asked_of_the_graph(caller: Caller) -> int:
    _, metrics, _ = await caller.get("/metrics")
    counted = re.search(r"^nivaa_gateway_answer_seconds_count ([\d.]+)$", metrics, re.MULTILINE)
    assert counted
    return int(float(counted[1]))


@pytest.mark.closed
@pytest.mark.parametrize("role", PAGES)
async def test_a_page_asks_the_graph_once(live_office: Office, caller: Caller, role: str) -> None:
    people = {"parent": live_office.people.asha, "tutor": live_office.people.meena, "coordinator": ""}
    await caller.sign_in(role, people[role])
    for path in PAGES[role]:
        before = await asked_of_the_graph(caller)
        status, _, _ = await caller.get(path)
        assert (status, await asked_of_the_graph(caller) - before) == (200, 1), path


def link(page: str, rel: str) -> str | None:
    found = re.search(f'rel="{rel}" href="([^"#]*)', page)
    return found[1].replace("&amp;", "&") if found else None


def starts(page: str) -> list[str]:
    return re.findall('<td data-label="When"><time datetime="([^"]*)"', page)


async def test_a_list_goes_forward_and_back(live_office: Office, caller: Caller) -> None:
    for day in range(27):
        await live_office.teach(days=day)
    await caller.sign_in("parent", live_office.people.asha)
    pages: list[str] = []
    path: str | None = "/parent?invoices="
    while path:
        pages.append((await caller.get(path))[1])
        path = link(pages[-1], "next")
    assert [len(starts(page)) for page in pages] == [15, 15, 1]
    assert [start for page in pages for start in starts(page)] == sorted(
        {start for page in pages for start in starts(page)}, reverse=True
    )
    _, before, _ = await caller.get(str(link(pages[2], "prev")))
    assert starts(before) == starts(pages[1])
    assert (link(before, "prev"), link(before, "first")) == (None, "/parent")
    _, first, _ = await caller.get("/parent")
    assert starts(first) == starts(pages[0])
    assert (link(first, "prev"), link(first, "first")) == (None, None)


async def test_a_forms_address_is_its_page(live_office: Office, caller: Caller) -> None:
    """Where a page was shown again because of a mistake, that is the address that a reload by hand asks for."""
    await caller.sign_in("coordinator")
    status, _, headers = await caller.get("/admin/billing/payouts/mark?status=PENDING")
    assert (status, headers["location"]) == (303, "/admin/billing/payouts?status=PENDING")
    _, page, _ = await caller.get("/admin/billing/cycles?month=2026-11")
    ours = {"form_token": hidden(page, "form_token"), "key": hidden(page, "key")}
    for path in ("/admin/billing/cycles/run", "/admin/billing/cycles/run?month=2026-11"):
        status, page, _ = await caller.post(path, **ours, month="2026-11")
        assert (status, page.count("is not over before")) == (409, 1), "wherever it was sent from, it is told why not"
    status, page, _ = await caller.post("/admin/billing/payouts/mark", **ours, ids=live_office.people.asha, step="x")
    assert (status, "marked processed, or paid" in page) == (400, True)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/admin", 404), ("POST", "/parent", 405)])
async def test_where_there_is_nothing_browsers_are_told_by_a_page(
    caller: Caller, method: str, path: str, status: int
) -> None:
    await caller.sign_in("coordinator")
    async with caller.http.request(method, caller.url + path, headers=BROWSER) as answer:
        assert (answer.status, answer.content_type) == (status, "text/html")
        assert 'href="/coordinator/alerts">To my workspace' in await answer.text()
    async with caller.http.request(method, caller.url + path) as answer:
        assert (answer.status, answer.content_type) == (status, "application/json")
