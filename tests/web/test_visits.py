"""A parent's visit, a tutor's, and a coordinator who keeps the alerts open."""

import re

import pytest
from playwright.async_api import Browser, expect

from shared.auth.viewer import Role
from tests.web.browsing import sign_in, visiting
from tests.web.office import ASHA, DEVI, PRICE, Office


async def test_an_alert_appears_and_goes_by_itself(office: Office, browser: Browser) -> None:
    async with visiting(browser, office.url) as page:
        await page.goto("/coordinator/alerts")
        await sign_in(page, Role.COORDINATOR)
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        await expect(page.get_by_role("heading", name="1 family")).to_be_visible()
        await office.desk.approve_all([await office.teach(days=days) for days in range(15)])
        await expect(page.get_by_role("heading", name=ASHA)).to_be_visible()
        await expect(page.get_by_role("status")).to_contain_text("2 families")
        await office.desk.sell(office.people.devi, 10, PRICE)
        await expect(page.get_by_role("heading", name=DEVI)).to_be_hidden()


@pytest.mark.closed
async def test_a_parent_sees_what_is_left(office: Office, browser: Browser, freeze: str) -> None:
    """Money is the graph's own placeholder while it is frozen, and never blank or zero."""
    price, total = ("₹500.00", "₹8,500.00") if freeze == "none" else ("Unavailable during the beta",) * 2
    async with visiting(browser, office.url) as page:
        await page.goto("/")
        await sign_in(page, Role.PARENT, ASHA)
        ira = page.get_by_role("region", name="Ira")
        await expect(ira).to_contain_text("3 left")
        await expect(ira.get_by_role("img")).to_have_accessible_name("3 of 6 sessions left")
        await expect(ira).to_contain_text(price)
        await expect(page.get_by_text("10 sessions expire soon: 20 Nov 2026")).to_be_visible()
        invoice = page.get_by_role("row").filter(has_text="NV/2627/")
        await expect(invoice).to_contain_text(total)
        assert await invoice.get_by_role("link", name="PDF").count() == (1 if freeze == "none" else 0)
        billing = page.get_by_role("navigation", name="Workspace").get_by_text("Invoices")
        assert await billing.get_attribute("aria-disabled") == (None if freeze == "none" else "true")
        if freeze != "none":
            await expect(billing).to_have_accessible_description("Unavailable during the beta")
            assert "₹" not in await page.content()


@pytest.mark.closed
async def test_a_tutor_sees_the_month(office: Office, browser: Browser, freeze: str) -> None:
    net = "₹1,250.00" if freeze == "none" else "Unavailable during the beta"
    async with visiting(browser, office.url) as page:
        await page.goto("/tutor?month=2026-10")
        await sign_in(page, Role.TUTOR, "Meena Iyer")
        pay = page.get_by_role("region", name=re.compile("^Pay Pending$"))
        await expect(pay).to_contain_text("4")
        await expect(pay).to_contain_text(net)
        await expect(page.get_by_role("row").filter(has_text="Pending")).to_contain_text(net)
        await page.get_by_role("link", name="Nov 2026").click()
        await expect(page.get_by_text("No sessions in November 2026")).to_be_visible()
