"""Invoices' documents: how a browser comes to one, and what it is told where there is none to be had."""

import re
from urllib.parse import urlsplit

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from shared.auth.viewer import Role
from tests.web.browsing import sign_in, visiting
from tests.web.conftest import Opening
from tests.web.office import ASHA, Office

pytestmark = pytest.mark.closed
PLACES = {Role.PARENT: "/parent", Role.COORDINATOR: "/admin/billing/invoices"}
REFUSED = ("status of 403", "status of 404", "status of 409")


@pytest.mark.parametrize("role", PLACES)
async def test_a_document_is_a_click_away(live_office: Office, browser: Browser, role: Role) -> None:
    async with visiting(browser, live_office.url) as page:
        href, link = await clicks_through(page, role)
        assert "?" not in href, "what ends after a while is not in a page that may lie open for longer"
        assert link.startswith("/files/")


async def clicks_through(page: Page, role: Role) -> tuple[str, str]:
    """Where the page's link leads, and to which link of the store that led on."""
    await page.goto(PLACES[role])
    await sign_in(page, role, ASHA if role is Role.PARENT else None)
    pdf = page.get_by_role("row").filter(has_text="NV/").get_by_role("link", name="PDF of NV/").first
    async with page.expect_download() as begun:
        await pdf.click()
    download = await begun.value
    assert re.fullmatch(r"NV-2627-\d{6}\.pdf", download.suggested_filename)
    assert (await download.path()).read_bytes().startswith(b"%PDF-")
    parts = urlsplit(download.url)
    return str(await pdf.get_attribute("href")), f"{parts.path}?{parts.query}"


async def test_a_link_that_is_shut_since_is_a_page_in_a_browser(opening: Opening, browser: Browser) -> None:
    """And what it was for every other client. `href` is what a page still shows that was loaded before the freeze."""
    async with opening(NIVAA_FREEZE="none") as office, visiting(browser, office.url) as page:
        href, link = await clicks_through(page, Role.PARENT)
    async with opening(NIVAA_FREEZE="parent") as office:
        async with visiting(browser, office.url, expected=REFUSED) as page:
            await page.goto("/")
            await sign_in(page, Role.PARENT, ASHA)
            for address in (link, href):
                await page.goto(address)
                await expect(page.get_by_text("Documents are unavailable during the beta.")).to_be_visible()
            await page.get_by_role("link", name="To my workspace").click()
            await expect(page.get_by_role("heading", name=ASHA)).to_be_visible()
        async with aiohttp.ClientSession() as http, http.get(office.url + link) as answer:
            assert (answer.status, answer.content_type) == (409, "application/json")
            assert (await answer.json())["errors"][0]["extensions"]["code"] == "MONEY_FROZEN"


async def test_a_link_that_has_ended_is_a_page_in_a_browser(live_office: Office, browser: Browser) -> None:
    ended = "/files/invoices/2026-10/NV-2627-000001.pdf?expires=1&signature=old"
    async with visiting(browser, live_office.url, expected=REFUSED) as page:
        await page.goto(ended)
        await expect(page.get_by_text("This link is not valid, or not any more.")).to_be_visible()
        await page.get_by_role("link", name="To the sign-in").click()
        await sign_in(page, Role.PARENT, ASHA)
        for nobodys in ("00000000-0000-0000-0000-000000000000", live_office.people.asha):
            await page.goto(f"/parent/invoices/{nobodys}.pdf")
            await expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    async with aiohttp.ClientSession() as http, http.get(live_office.url + ended) as answer:
        assert (answer.status, answer.content_type) == (403, "text/plain")
