"""The way in and out, and what keeps strangers' forms and others' pages away: as any HTTP client sees it."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http.cookies import Morsel
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from services.gateway.component import COMPONENT
from shared.runtime.host import open_host
from shared.runtime.serving import serving
from tests.web.office import ASHA, Office


@dataclass
class Caller:
    """Somebody with cookies and no browser. Redirects are theirs to follow."""

    http: aiohttp.ClientSession
    url: str

    async def get(self, path: str) -> tuple[int, str, Mapping[str, str]]:
        async with self.http.get(self.url + path, allow_redirects=False) as response:
            return response.status, await response.text(), response.headers

    async def post(self, path: str, **fields: str) -> tuple[int, str, Mapping[str, str]]:
        async with self.http.post(self.url + path, data=fields, allow_redirects=False) as response:
            return response.status, await response.text(), response.headers

    async def sign_in(self, role: str, person: str = "", back: str = "") -> str:
        """Where it leads."""
        _, page, _ = await self.get("/sign-in")
        token = hidden(page, "form_token")
        status, _, headers = await self.post("/sign-in", form_token=token, role=role, person=person, next=back)
        assert status == 303
        return headers["location"]

    def cookie(self, name: str) -> Morsel[str] | None:
        return next((cookie for cookie in self.http.cookie_jar if cookie.key == name), None)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


@pytest.fixture
async def caller(live_office: Office) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Caller(http, live_office.url)


async def test_without_a_session_every_page_leads_to_the_sign_in_and_back(caller: Caller) -> None:
    for path in ("/parent", "/admin/billing/invoices?status=PAID"):
        status, _, headers = await caller.get(path)
        assert status == 303
        assert headers["location"].startswith("/sign-in?next=")
    assert await caller.sign_in("coordinator", back="/admin/billing/invoices?status=PAID") == (
        "/admin/billing/invoices?status=PAID"
    )


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
async def test_nobody_is_sent_elsewhere_after_signing_in(caller: Caller, elsewhere: str) -> None:
    assert await caller.sign_in("coordinator", back=elsewhere) == "/coordinator/alerts"


async def test_the_session_is_out_of_reach_of_scripts_and_holds_no_readable_token(caller: Caller) -> None:
    await caller.sign_in("coordinator")
    cookie = caller.cookie("nivaa_session")
    assert cookie is not None
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "lax"
    assert 0 < int(cookie["max-age"]) <= 12 * 3600
    assert cookie.value.split(".")[1] == "", "it is encrypted: what is signed alone could be read"
    _, page, headers = await caller.get("/coordinator/alerts")
    assert "eyJ" not in page
    assert headers["cache-control"] == "no-store"
    assert "'unsafe-inline'" not in headers["content-security-policy"]


async def test_another_roles_page_is_not_found_and_a_stranger_is_nobody(live_office: Office, caller: Caller) -> None:
    assert await caller.sign_in("parent", live_office.people.asha) == "/parent"
    for path in ("/tutor", "/coordinator/alerts", "/admin/billing/invoices/2026-10.csv", "/coordinator/alerts/events"):
        status, page, _ = await caller.get(path)
        assert status == 404
        assert "To my workspace" in page
    _, page, _ = await caller.get("/sign-in")
    token = hidden(page, "form_token")
    status, _, _ = await caller.post("/sign-in", form_token=token, role="parent", person=live_office.people.meena)
    assert status == 404


async def test_a_session_that_was_tampered_with_is_none(caller: Caller) -> None:
    await caller.sign_in("coordinator")
    cookie = caller.cookie("nivaa_session")
    assert cookie is not None
    turned = cookie.value[:-8] + ("A" if cookie.value[-8] != "A" else "B") + cookie.value[-7:]
    caller.http.cookie_jar.clear()
    caller.http.cookie_jar.update_cookies({"nivaa_session": turned}, URL(caller.url))
    status, _, headers = await caller.get("/coordinator/alerts")
    assert (status, headers["location"]) == (303, "/sign-in?next=%2Fcoordinator%2Falerts")


async def test_a_form_that_is_not_from_here_does_nothing(live_office: Office, caller: Caller) -> None:
    await caller.sign_in("coordinator")
    _, page, _ = await caller.get("/admin/billing/packages?view=approve")
    token = hidden(page, "form_token")
    forged = [{}, {"form_token": "0" * 64}]
    for fields in forged:
        status, _, _ = await caller.post("/admin/billing/packages/approve", ids=live_office.people.logged[0], **fields)
        assert status == 403
    headers = {"Sec-Fetch-Site": "cross-site"}
    data = {"form_token": token, "ids": live_office.people.logged[0]}
    async with caller.http.post(f"{caller.url}/admin/billing/packages/approve", data=data, headers=headers) as answer:
        assert answer.status == 403
    _, page, _ = await caller.get("/admin/billing/packages?view=approve")
    assert "4 sessions wait" in page


@pytest.mark.closed
async def test_a_double_click_pays_once(live_office: Office, caller: Caller) -> None:
    await caller.sign_in("coordinator")
    _, page, _ = await caller.get("/admin/billing/invoices?search=Asha")
    link = re.search(r'href="([^"]*invoice=[^"#]*)#invoice"', page)
    assert link
    _, page, _ = await caller.get(link[1].replace("&amp;", "&"))
    form = {name: hidden(page, name) for name in ("form_token", "key", "invoice")}
    paid = {**form, "amount": "1,000.00", "method": "UPI", "reference": "UPI 1"}
    for _ in range(2):
        status, _, _ = await caller.post("/admin/billing/invoices/payment", **paid)
        assert status == 303
    status, page, _ = await caller.post("/admin/billing/invoices/payment", **{**paid, "amount": "2000"})
    assert status == 409
    assert "other content" in page
    query = "query ($id: ID!) { parent(id: $id) { payments { totalCount nodes { amount { amount } } } } }"
    payments = (await live_office.desk.ask(query, id=live_office.people.asha))["parent"]["payments"]
    assert payments == {"totalCount": 1, "nodes": [{"amount": {"amount": "1000.00"}}]}


async def test_signing_out_ends_the_session(caller: Caller) -> None:
    await caller.sign_in("coordinator")
    status, _, _ = await caller.post("/sign-out")
    assert status == 403
    _, page, _ = await caller.get("/coordinator/alerts")
    copied = caller.cookie("nivaa_session")
    assert copied is not None
    status, _, headers = await caller.post("/sign-out", form_token=hidden(page, "form_token"))
    assert (status, headers["location"]) == (303, "/signed-out")
    assert caller.cookie("nivaa_session") is None
    caller.http.cookie_jar.update_cookies({"nivaa_session": copied.value}, URL(caller.url))
    status, _, headers = await caller.get("/coordinator/alerts")
    assert (status, headers["location"]) == (303, "/sign-in?next=%2Fcoordinator%2Falerts")


async def test_a_name_is_never_markup(live_office: Office, caller: Caller) -> None:
    await caller.sign_in("coordinator")
    for path in ("/coordinator/alerts", "/admin/billing/packages", "/sign-in?search=<script>"):
        _, page, _ = await caller.get(path)
        assert "<b onclick" not in page
        assert "<script>" not in page
    await caller.sign_in("parent", live_office.people.devi)
    _, page, _ = await caller.get("/parent")
    assert "&lt;b onclick=alert(1)&gt;देवी &amp; சிவா&lt;/b&gt;" in page
    assert ASHA not in page


async def test_a_gateway_by_itself_lets_nobody_in_without_a_password(tmp_path: Path) -> None:
    settings = {"NIVAA_DATA_DIR": tmp_path}
    async with (
        open_host([COMPONENT], env_files=(), overrides=settings) as host,
        serving(host, port=0) as port,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
    ):
        caller = Caller(http, f"http://127.0.0.1:{port}")
        status, page, _ = await caller.get("/sign-in")
        assert status == 200
        assert "No sign-in is set up here" in page
        status, _, _ = await caller.post("/sign-in", role="coordinator")
        assert status == 405
