"""A coordinator's whole month, from the first approval to the last payout, in a real browser."""

import re

from playwright.async_api import Browser, Page, expect

from shared.auth.viewer import Role
from tests.web.browsing import sign_in, visiting
from tests.web.office import Office

PLACEHOLDER = "Unavailable during the beta"


async def test_a_coordinators_month(office: Office, browser: Browser, freeze: str) -> None:
    is_live = freeze == "none"
    async with visiting(browser, office.url) as page:
        await page.goto("/admin/billing/packages?view=approve")
        await sign_in(page, Role.COORDINATOR)
        await approves_what_was_taught(page)
        await office.desk.until_counted("2026-10", 9)
        await previews_and_closes_october(page, is_live=is_live)
        await opens_a_document(page, is_live=is_live)
        await pays_the_tutors(page, is_live=is_live)


async def approves_what_was_taught(page: Page) -> None:
    """Signing in has led back to where it was needed."""
    await expect(page.get_by_role("heading", name="4 sessions wait for approval")).to_be_visible()
    await page.get_by_label("Select all sessions of this page").check()
    await page.get_by_role("button", name="Approve the selected sessions").click()
    await expect(page.get_by_role("status")).to_contain_text("4 sessions are approved.")
    await expect(page.get_by_text("Nothing waits for approval")).to_be_visible()


async def previews_and_closes_october(page: Page, *, is_live: bool) -> None:
    await page.goto("/admin/billing/cycles")
    await page.get_by_label("Month", exact=True).fill("2026-10")
    await page.get_by_role("button", name="Preview").click()
    panel = page.get_by_role("region", name="October 2026")
    await expect(panel).to_contain_text("Nothing stands in the way.")
    await expect(panel).to_contain_text("₹15,000.00" if is_live else PLACEHOLDER)
    preview_hash = await panel.locator(".code").inner_text()
    await page.get_by_role("button", name="Close October 2026").click()
    await expect(panel.get_by_text("Closed, with 3 invoices.")).to_be_visible()
    await expect(page.get_by_role("progressbar")).to_have_attribute("value", "100")
    await expect(panel).to_contain_text(preview_hash)
    await expect(panel).to_contain_text("₹15,000.00" if is_live else PLACEHOLDER)
    await expect(page.get_by_role("img", name="Sessions")).to_have_accessible_description("October 2026: 9.")
    assert await page.get_by_role("img", name="Invoiced").count() == (1 if is_live else 0)
    await page.get_by_role("button", name="Verify the numbers").click()
    await expect(page.get_by_text("Verified: the rows still give")).to_be_in_viewport()


async def opens_a_document(page: Page, *, is_live: bool) -> None:
    await page.goto("/admin/billing/invoices?month=2026-10&search=Asha")
    row = page.get_by_role("row").filter(has_text="Asha Rao")
    if not is_live:
        await expect(row.get_by_role("cell", name=PLACEHOLDER)).to_have_count(3)
        await expect(page.locator(".exports")).to_contain_text(PLACEHOLDER)
        return
    await expect(row).to_contain_text("₹8,500.00")
    link = await row.get_by_role("link", name=re.compile("PDF")).get_attribute("href")
    pdf = await page.request.get(str(link))
    assert pdf.ok
    assert (await pdf.body()).startswith(b"%PDF-")
    for kind, begins in (("CSV", b"number"), ("ZIP of the PDFs", b"PK")):
        href = await page.get_by_role("link", name=kind).get_attribute("href")
        export = await page.request.get(str(href))
        assert export.ok
        assert begins in (await export.body())[:200]


async def pays_the_tutors(page: Page, *, is_live: bool) -> None:
    await page.goto("/admin/billing/payouts?month=2026-10")
    await page.get_by_role("link", name="Meena Iyer").click()
    panel = page.get_by_role("region", name=re.compile("Meena Iyer"))
    await expect(panel).to_contain_text("₹1,250.00" if is_live else PLACEHOLDER)
    await page.get_by_label("Select all payouts of this page").check()
    await page.get_by_role("button", name="Mark processed").click()
    await expect(page.get_by_text("2 payouts are marked processed.")).to_be_visible()
    await page.get_by_label("Select all payouts of this page").check()
    await page.get_by_label("Bank reference").fill("NEFT 4711")
    await page.get_by_role("button", name="Mark paid").click()
    await expect(page.get_by_text("2 payouts are marked paid.")).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="NEFT 4711")).to_have_count(2)
