"""Every page, in both states, light and dark: axe finds nothing, and a phone is wide enough."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from shared.auth.viewer import Role
from tests.web.browsing import DESK, PHONE, sign_in, visiting
from tests.web.office import OCTOBER, Office

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
AXE = Axe()

EACH_DAY = [("none", "light"), ("parent,tutor,coordinator", "dark")]
OTHERS = [("none", "dark"), ("parent,tutor,coordinator", "light")]

VISITS: Mapping[str, tuple[Role, Sequence[str]]] = {
    "parent": (Role.PARENT, ("/parent", "/tutor")),
    "tutor": (Role.TUTOR, ("/tutor", "/tutor?month=2026-10")),
    "coordinator's work": (
        Role.COORDINATOR,
        (
            *("/coordinator/alerts", "/coordinator/alerts?show=resolved", "/coordinator/telegram"),
            *("/admin/billing/packages", "/admin/billing/packages > table a", "/admin/billing/packages?view=approve"),
            *("/admin/billing/packages?view=sell", "/admin/billing/packages?view=sell > a.person"),
        ),
    ),
    "coordinator's billing": (
        Role.COORDINATOR,
        (
            *("/admin/billing/cycles?month=2026-10", "/admin/billing/cycles?month=2026-11&preview=1"),
            *("/admin/billing/payouts?month=2026-10", "/admin/billing/payouts > table a"),
            *("/admin/billing/invoices?search=nobody", "/admin/billing/invoices > table a"),
            "/admin/billing/invoices?status=BOGUS",
        ),
    ),
}
"""Addresses, or addresses and a link to follow from there."""


@pytest.mark.closed
@pytest.mark.parametrize(
    ("freeze", "scheme"), [*EACH_DAY, *(pytest.param(*other, marks=pytest.mark.thorough) for other in OTHERS)]
)
@pytest.mark.parametrize("visit", VISITS)
async def test_axe_finds_nothing(
    office: Office, browser: Browser, visit: str, scheme: Literal["light", "dark"]
) -> None:
    role, places = VISITS[visit]
    not_found = ("status of 404", "status of 400")
    async with visiting(browser, office.url, scheme=scheme, expected=not_found) as page:
        await page.goto("/sign-in")
        if role is Role.PARENT:
            await finds_nothing(page)
            await page.goto("/signed-out")
            await finds_nothing(page)
        await sign_in(page, role)
        for place in places:
            path, _, link = place.partition(" > ")
            await page.goto(path)
            if link:
                await page.locator(link).first.click()
            await finds_nothing(page)


async def finds_nothing(page: Page) -> None:
    results = await AXE.run(page, options=RULES)
    wrong = [
        (violation["id"], violation["help"], [node["html"] for node in violation["nodes"]][:3])
        for violation in results.response["violations"]
    ]
    assert wrong == [], page.url
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0], f"{page.url} is wider than a phone"
    await page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_however_long_a_word_is_it_fits(live_office: Office, browser: Browser, size: tuple[int, int]) -> None:
    """Where a page grew wider than its window, its own parts came to lie on its buttons."""
    desk, word = live_office.desk, "Thiruvananthapuram" * 9
    parent = await desk.make("createParent", name=word)
    child = await desk.make("createChild", parentId=parent, name=f"Ira {word}")
    tutor = await desk.make("createTutor", name=word)
    await desk.sell(parent, 5, "1234567.89", childId=child)
    logged = [await desk.log(child, tutor, OCTOBER + timedelta(days=day)) for day in range(6)]
    await desk.approve_all(logged[:5])
    sell = f"/admin/billing/packages?view=sell&parent={parent}"
    places = {
        Role.PARENT: ("/parent",),
        Role.TUTOR: ("/tutor?month=2026-10",),
        Role.COORDINATOR: (
            *("/coordinator/alerts", "/admin/billing/packages", f"/admin/billing/packages?search={word}", sell),
            *("/admin/billing/packages?view=approve", "/admin/billing/packages?view=sell&family=Thiru"),
        ),
    }
    for role, paths in places.items():
        async with visiting(browser, live_office.url, size=size) as page:
            await page.goto("/sign-in")
            await sign_in(page, role, None if role is Role.COORDINATOR else word)
            for path in paths:
                await page.goto(path)
                assert await page.evaluate("document.documentElement.scrollWidth") <= size[0], path
    async with visiting(browser, live_office.url, size=size) as page:
        await page.goto(sell)
        await sign_in(page, Role.COORDINATOR)
        await page.get_by_label("Offer").select_option(index=1)
        await page.get_by_role("button", name="Sell the package").click()
        await expect(page.get_by_role("status")).to_contain_text("10 sessions.")


async def test_a_phone_shows_every_place_there_is(office: Office, browser: Browser) -> None:
    async with visiting(browser, office.url, size=(360, 740)) as page:
        await page.goto("/admin/billing/invoices")
        await sign_in(page, Role.COORDINATOR)
        places = page.get_by_role("navigation", name="Workspace").get_by_role("link")
        await expect(places).to_have_count(5)
        for place in await places.all():
            await expect(place).to_be_in_viewport(ratio=1)


async def test_the_keyboard_is_enough(live_office: Office, browser: Browser) -> None:
    """From the sign-in to an acknowledged alert without a pointer; what has the focus shows it."""
    async with visiting(browser, live_office.url) as page:
        await page.goto("/sign-in")
        await tabs_to(page, "The coordinator")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="1 family")).to_be_visible()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#main")).to_be_focused()
        await tabs_to(page, "Acknowledge")
        assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Acknowledged:")).to_be_visible()


async def tabs_to(page: Page, words: str) -> None:
    for _ in range(40):
        await page.keyboard.press("Tab")
        if words in await page.evaluate("document.activeElement.innerText"):
            return
    raise AssertionError(f"{words!r} cannot be reached by keyboard")
