"""GraphiQL in a real browser: all of it comes from here, and it asks the graph."""

from playwright.async_api import Browser, expect

from tests.web.browsing import visiting
from tests.web.office import Office


async def test_a_query_is_run_in_it(live_office: Office, browser: Browser) -> None:
    async with visiting(browser, live_office.url) as page:
        await page.goto("/graphql")
        await page.locator(".graphiql-query-editor .CodeMirror").click()
        await page.keyboard.press("Control+A")
        await page.keyboard.insert_text("{ __typename }")
        await page.get_by_role("button", name="Execute query").click()
        await expect(page.locator(".result-window")).to_contain_text('"__typename": "Query"')
