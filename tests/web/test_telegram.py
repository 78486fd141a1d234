"""A chat is linked from the pages."""

from playwright.async_api import Browser, expect

from shared.auth.viewer import Role
from tests.bot_api.server import TOKEN, serving_bot_api
from tests.web.browsing import sign_in, visiting
from tests.web.conftest import Opening
from tests.web.office import ASHA, Office


async def test_a_parent_links_a_chat(opening: Opening, browser: Browser) -> None:
    async with (
        serving_bot_api() as api,
        opening(NIVAA_BOT_TOKEN=TOKEN, NIVAA_BOT_API_URL=api.url) as office,
        visiting(browser, office.url) as page,
    ):
        await page.goto("/parent")
        await sign_in(page, Role.PARENT, ASHA)
        await page.get_by_role("link", name="Telegram").click()
        await expect(page.get_by_text("No chat is linked.")).to_be_visible()
        await page.get_by_role("button", name="Make a link").click()
        url = await page.get_by_role("link", name="Open the bot in Telegram").get_attribute("href") or ""
        assert (await api.ask(7, f"/start {url.partition('?start=')[2]}")).startswith("Welcome!")
        await page.goto("/parent/telegram")
        await expect(page.get_by_text("Linked since")).to_be_visible()


async def test_without_a_bot_the_page_says_so(live_office: Office, browser: Browser) -> None:
    async with visiting(browser, live_office.url, expected=("status of 409",)) as page:
        await page.goto("/coordinator/telegram")
        await sign_in(page, Role.COORDINATOR)
        await page.get_by_role("button", name="Make a link").click()
        await expect(page.get_by_role("alert")).to_contain_text("no Telegram bot yet")
