"""Reading and every form, in a browser without JavaScript."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from shared.auth.viewer import Role
from tests.eventually import eventually
from tests.web.browsing import sign_in, visiting
from tests.web.office import ASHA, DEVI, OCTOBER, SARA, Office

REFUSED = ("status of 422", "status of 400", "status of 409")


@pytest.mark.closed
async def test_money_comes_in_and_an_invoice_is_voided(live_office: Office, browser: Browser) -> None:
    async with visiting(browser, live_office.url, with_scripts=False, expected=REFUSED) as page:
        await page.goto("/admin/billing/invoices?month=2026-10")
        await sign_in(page, Role.COORDINATOR)
        await a_payment_with_mistakes(page)
        await an_invoice_voided(page)
        await an_invoice_that_cannot_be_voided(page)


async def a_payment_with_mistakes(page: Page) -> None:
    """Everything that is wrong is said at its field at once, and what was typed is still there."""
    await opens(page, ASHA)
    await page.get_by_label("Amount").fill("five hundred")
    await page.get_by_label("Reference").fill("UPI 4711")
    await page.get_by_role("button", name="Record the payment").click()
    amount = page.get_by_label("Amount")
    await expect(amount).to_have_value("five hundred")
    await expect(amount).to_have_attribute("aria-invalid", "true")
    await expect(amount).to_have_accessible_description(re.compile("Write an amount like"))
    await expect(page.get_by_label("Reference")).to_have_value("UPI 4711")
    await amount.fill("₹8,500")
    await page.get_by_role("button", name="Record the payment").click()
    await expect(page.get_by_role("status")).to_contain_text("Payment recorded: ₹8,500.00.")
    await expect(page.get_by_role("region", name="NV/2627")).to_contain_text("Paid")
    assert "month=2026-10" in page.url


async def an_invoice_voided(page: Page) -> None:
    await page.goto("/admin/billing/invoices")
    await opens(page, SARA)
    await page.get_by_role("button", name="Void NV/").click()
    await expect(page.get_by_label("Reason")).to_have_accessible_description("Say why. It stays with the invoice.")
    await page.get_by_label("Reason").fill("wrong price")
    await page.get_by_role("button", name="Void NV/").click()
    await expect(page.get_by_role("status")).to_contain_text("is void")
    await expect(page.get_by_text("wrong price")).to_be_visible()


async def an_invoice_that_cannot_be_voided(page: Page) -> None:
    """The reason comes from the service that owns the rule; what was typed stays."""
    await page.goto("/admin/billing/invoices")
    await opens(page, ASHA)
    await page.get_by_label("Reason").fill("changed my mind")
    await page.get_by_role("button", name="Void NV/").click()
    await expect(page.get_by_role("alert")).to_contain_text("payment")
    await expect(page.get_by_label("Reason")).to_have_value("changed my mind")


async def opens(page: Page, family: str) -> None:
    await page.get_by_role("row").filter(has_text=family).get_by_role("link", name="NV/").first.click()


async def test_packages_are_sold_and_extended(office: Office, browser: Browser) -> None:
    """Frozen or live: a sale has what the price list says, whether the price is shown or not."""
    async with visiting(browser, office.url, with_scripts=False, expected=REFUSED) as page:
        await page.goto("/coordinator/alerts")
        await sign_in(page, Role.COORDINATOR)
        await an_alert_leads_to_a_sale(page)
        await the_package_is_extended(page)
        await goodwill_needs_its_reason(page)


async def an_alert_leads_to_a_sale(page: Page) -> None:
    await page.get_by_role("button", name=f"Acknowledge {DEVI}").click()
    await expect(page.get_by_role("status").first).to_contain_text(f"Acknowledged: {DEVI}")
    await page.get_by_role("link", name="Sell a package").click()
    await expect(page.get_by_role("heading", name=f"A package for {DEVI}")).to_be_visible()
    await page.get_by_role("button", name="Sell the package").click()
    await expect(page.get_by_label("Offer")).to_have_accessible_description("Choose an offer.")
    await page.get_by_label("Offer").select_option(index=1)
    await page.get_by_label("For", exact=True).select_option(label="தமிழ்")
    await page.get_by_role("button", name="Sell the package").click()
    await expect(page.get_by_role("status")).to_contain_text(f"Sold to {DEVI}: 10 sessions.")


async def the_package_is_extended(page: Page) -> None:
    await page.get_by_label("New last valid day").fill("2020-01-01")
    await page.get_by_label("Reason").fill("ill for a month")
    await page.get_by_role("button", name="Extend the package").click()
    await expect(page.get_by_label("New last valid day")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Reason")).to_have_value("ill for a month")
    await page.get_by_label("New last valid day").fill("2027-03-31")
    await page.get_by_role("button", name="Extend the package").click()
    await expect(page.get_by_role("status")).to_contain_text("The package is extended.")
    await expect(page.get_by_role("region", name=DEVI)).to_contain_text("31 Mar 2027")


async def goodwill_needs_its_reason(page: Page) -> None:
    await page.goto("/admin/billing/packages?view=sell&family=Asha")
    await page.get_by_role("link", name=ASHA).click()
    await page.get_by_label("As goodwill, free of charge").check()
    await page.get_by_label("Sessions").last.fill("2")
    await page.get_by_role("button", name="Sell the package").click()
    await expect(page.get_by_label("As goodwill, free of charge")).to_be_checked()
    await expect(page.get_by_label("Given for")).to_have_accessible_description("Say what they are given for.")
    await page.get_by_label("Given for").fill("a tutor who was ill")
    await page.get_by_role("button", name="Sell the package").click()
    await expect(page.get_by_role("status")).to_contain_text(f"Sold to {ASHA}: 2 sessions.")


async def test_a_month_is_approved_and_closed(live_office: Office, browser: Browser) -> None:
    """Pages that are under way load themselves again."""
    stranger = await live_office.desk.make("createTutor", name="No Rate Yet")
    await live_office.desk.log(live_office.people.ira, stranger, OCTOBER)
    async with visiting(browser, live_office.url, with_scripts=False, expected=REFUSED) as page:
        await page.goto("/admin/billing/packages?view=approve&month=2026-10")
        await sign_in(page, Role.COORDINATOR)
        await page.get_by_role("button", name="Approve the selected sessions").click()
        await expect(page.get_by_text("Select at least one session.")).to_be_in_viewport()
        for box in await page.get_by_role("checkbox").all():
            await box.check()
        await page.get_by_role("button", name="Approve the selected sessions").click()
        await expect(page.get_by_role("status")).to_contain_text("5 sessions are approved.")
        await live_office.desk.until_counted("2026-10", 10)
        await the_month_is_blocked(page)
        await live_office.desk.set_rate(stranger, "250", "2026-01-01")
        close = page.get_by_role("button", name="Close October 2026")
        await close.click()
        await expect(close).to_be_hidden()
        await the_page_loads_itself_until_it_is_done(page)
        await page.goto("/admin/billing/payouts")
        await page.get_by_role("button", name="Mark paid").click()
        await expect(page.get_by_text("Select at least one payout.")).to_be_visible()
        reference = page.get_by_label("Bank reference")
        await expect(reference).to_have_attribute("aria-invalid", "true")
        await page.get_by_role("checkbox").first.check()
        await reference.fill("NEFT 1")
        await reference.press("Enter")
        await expect(reference).to_have_accessible_description(re.compile("Only what is paid has a reference"))


async def the_page_loads_itself_until_it_is_done(page: Page) -> None:
    """Playwright's browser only pretends to have no scripts and leaves <noscript> alone: here we do what it says."""

    async def is_done() -> bool:
        text = await (await page.request.get(page.url)).text()
        is_done = "Closed, with 3 invoices." in text
        assert is_done != ('<noscript><meta http-equiv="refresh" content="2"></noscript>' in text)
        return is_done

    await eventually(is_done)


async def the_month_is_blocked(page: Page) -> None:
    await page.goto("/admin/billing/cycles?month=2026-10&preview=1")
    await expect(page.get_by_text("No Rate Yet, 1 session")).to_be_visible()
    await page.get_by_role("button", name="Close October 2026").click()
    await expect(page.get_by_role("alert")).to_contain_text("No Rate Yet")


@pytest.mark.parametrize("path", ["/coordinator/alerts?after=nonsense", "/admin/billing/cycles?month=2026-13"])
async def test_an_address_that_cannot_be_read_says_so(live_office: Office, browser: Browser, path: str) -> None:
    async with visiting(browser, live_office.url, with_scripts=False, expected=REFUSED) as page:
        await page.goto(path)
        await sign_in(page, Role.COORDINATOR)
        await expect(page.get_by_role("heading", name="That cannot be read")).to_be_visible()
        await page.get_by_role("link", name="To my workspace").click()
        await expect(page.get_by_role("heading", name="Low packages")).to_be_visible()
