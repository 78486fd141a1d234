"""Somebody with a real browser, who notices whatever goes wrong in it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from playwright.async_api import Browser, Page, Request, async_playwright, expect

from shared.auth.viewer import Role

CHROMIUM = shutil.which("chromium")
_SWITCHES = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)
DESK, PHONE = (1280, 900), (390, 844)
PATIENCE_MS = 45_000

expect.set_options(timeout=PATIENCE_MS)


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_SWITCHES, timeout=2 * PATIENCE_MS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Seen:
    """What no page may do."""

    url: str
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self._note(message.type in {"error", "warning"}, message.text))
        page.on("pageerror", lambda error: self._note(True, str(error)))
        page.on("request", self._request)

    def _request(self, request: Request) -> None:
        self._note(not request.url.startswith((f"{self.url}/", "data:")), f"a request to {request.url}")

    def _note(self, is_wrong: bool, what: str) -> None:
        if is_wrong:
            self.complaints.append(what)


@asynccontextmanager
async def visiting(
    browser: Browser,
    url: str,
    *,
    with_scripts: bool = True,
    scheme: Literal["light", "dark"] = "light",
    size: tuple[int, int] = DESK,
    expected: tuple[str, ...] = (),
) -> AsyncIterator[Page]:
    """`expected` are parts of complaints that are none: browsers count a page that says 422 among their errors."""
    context = await browser.new_context(
        base_url=url,
        java_script_enabled=with_scripts,
        color_scheme=scheme,
        viewport={"width": size[0], "height": size[1]},
    )
    context.set_default_timeout(PATIENCE_MS)
    page, seen = await context.new_page(), Seen(url)
    seen.watch(page)
    try:
        yield page
    finally:
        await context.close()
    wrong = [what for what in seen.complaints if not any(part in what for part in expected)]
    assert not wrong, wrong


async def sign_in(page: Page, role: Role, name: str | None = None) -> None:
    """From wherever the page is, by the page of demo people."""
    if "/sign-in" not in page.url:
        await page.goto("/sign-in")
    people = page.locator(f"form:has(input[name=role][value={role}]) button")
    await (people.filter(has_text=name).first if name else people.first).click()
    await page.wait_for_url(lambda url: "/sign-in" not in url)
