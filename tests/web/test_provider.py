"""Signing in with an identity provider: a real one, in a process of its own on loopback."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from tests.servers.process import free_port
from tests.web.browsing import visiting
from tests.web.conftest import Opening
from tests.web.identity_provider import CLIENT, serving_provider
from tests.web.office import ASHA, Office


@dataclass
class Entrance:
    office: Office
    provider: str


@pytest.fixture
async def entrance(opening: Opening) -> AsyncIterator[Entrance]:
    port = free_port()
    settings = {
        "GATEWAY_OIDC_ISSUER": f"http://127.0.0.1:{port}",
        "GATEWAY_OIDC_CLIENT_ID": CLIENT,
        "GATEWAY_OIDC_PERSON_CLAIM": "person",
        "GATEWAY_OIDC_NAME": "the school's account",
    }
    async with opening(NIVAA_FREEZE="none", **settings) as office:
        people = {
            "asha@school": {"role": "parent", "person": office.people.asha},
            "cook@school": {"role": "cook", "person": office.people.meena},
        }
        with serving_provider(port, office.url, people) as serving:
            yield Entrance(office, serving.issuer)


async def test_in_and_out_by_the_provider(entrance: Entrance, browser: Browser) -> None:
    """The provider's own pages are elsewhere; everything else is ours."""
    elsewhere = (f"a request to {entrance.provider}/",)
    async with visiting(browser, entrance.office.url, expected=elsewhere) as page:
        await page.goto("/parent?sessions=")
        await expect(page.get_by_text("You sign in with the school's account.")).to_be_visible()
        await page.get_by_role("link", name="Continue").click()
        await page.get_by_label("Login").fill("asha@school")
        await page.get_by_role("button", name="Go on").click()
        await expect(page.get_by_role("heading", name=ASHA)).to_be_visible()
        assert page.url == f"{entrance.office.url}/parent?sessions="
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_role("button", name="Yes, sign me out").click()
        await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
        await page.goto("/parent")
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def test_who_has_no_role_here_is_told_so(entrance: Entrance, http: aiohttp.ClientSession) -> None:
    status, text = await callback_of(http, entrance, "cook@school")
    assert status == 403
    assert "have no workspace here" in text
    async with http.get(f"{entrance.office.url}/parent", allow_redirects=False) as answer:
        assert answer.status == 303


async def test_an_answer_to_somebody_elses_sign_in_is_refused(entrance: Entrance, http: aiohttp.ClientSession) -> None:
    """A link that would sign the victim in as the attacker: the victim's browser began no such sign-in."""
    address = await provider_answers(http, entrance, "asha@school")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as victim:
        async with victim.get(address, allow_redirects=False) as answer:
            assert answer.status == 403
        async with victim.get(f"{entrance.office.url}/sign-in/start", allow_redirects=False):
            pass
        async with victim.get(address, allow_redirects=False) as answer:
            assert answer.status == 403
            assert "begun elsewhere" in await answer.text()


@pytest.mark.parametrize(("search", "leads_to"), [("x" * 900, "/parent?search="), ("x" * 9_000, "/parent")])
async def test_however_long_the_way_back_one_gets_in(
    entrance: Entrance, http: aiohttp.ClientSession, search: str, leads_to: str
) -> None:
    address = await provider_answers(http, entrance, "asha@school", back=f"/parent?search={search}")
    async with http.get(address, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["location"].replace(search, "")) == (303, leads_to)


async def test_an_answer_counts_once(entrance: Entrance, http: aiohttp.ClientSession) -> None:
    address = await provider_answers(http, entrance, "asha@school")
    async with http.get(address, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["location"]) == (303, "/parent")
    async with http.get(address, allow_redirects=False) as answer:
        assert answer.status == 403


async def test_the_provider_is_asked_with_pkce_state_and_nonce(entrance: Entrance, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{entrance.office.url}/sign-in/start", allow_redirects=False) as answer:
        asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))
    assert asked["redirect_uri"] == [f"{entrance.office.url}/sign-in/callback"]


@pytest.mark.parametrize(("audience", "status", "way_on"), [("nivaa", 303, 200), ("another", 403, 303)])
async def test_with_published_keys_the_providers_own_token_goes_on(
    opening: Opening, http: aiohttp.ClientSession, audience: str, status: int, way_on: int
) -> None:
    """Nobody here signs anything then: services verify what the provider signed, and its `sub` is the person."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    settings = {"GATEWAY_OIDC_ISSUER": issuer, "GATEWAY_OIDC_CLIENT_ID": CLIENT, "NIVAA_JWKS_URL": f"{issuer}/jwks",
        "NIVAA_JWT_ISSUER": issuer, "NIVAA_JWT_AUDIENCE": audience}  # fmt: skip
    async with opening(NIVAA_FREEZE="none", **settings) as office:
        with serving_provider(port, office.url, {office.people.asha: {"role": "parent"}}) as serving:
            answered, _ = await callback_of(http, Entrance(office, serving.issuer), office.people.asha)
            assert answered == status
            async with http.get(f"{office.url}/parent", allow_redirects=False) as answer:
                assert answer.status == way_on
                assert way_on != 200 or f"<h1>{ASHA}</h1>" in await answer.text()


async def test_while_the_keys_cannot_be_had_a_page_says_so(opening: Opening, http: aiohttp.ClientSession) -> None:
    port, nobody = free_port(), free_port()
    issuer = f"http://127.0.0.1:{port}"
    settings = {"GATEWAY_OIDC_ISSUER": issuer, "GATEWAY_OIDC_CLIENT_ID": CLIENT,
        "NIVAA_JWKS_URL": f"http://127.0.0.1:{nobody}/jwks", "NIVAA_JWT_ISSUER": issuer}  # fmt: skip
    async with opening(**settings) as office:
        with serving_provider(port, office.url, {office.people.asha: {"role": "parent"}}) as serving:
            status, text = await callback_of(http, Entrance(office, serving.issuer), office.people.asha)
    assert (status, "<h1>Not available just now</h1>" in text) == (503, True)


async def test_the_token_has_to_name_the_same_role(opening: Opening, http: aiohttp.ClientSession) -> None:
    """Here the claim that is to say the role says coordinator, and the provider's token for services parent."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    settings = {"GATEWAY_OIDC_ISSUER": issuer, "GATEWAY_OIDC_CLIENT_ID": CLIENT, "GATEWAY_OIDC_ROLE_CLAIM": "person",
        "NIVAA_JWKS_URL": f"{issuer}/jwks", "NIVAA_JWT_ISSUER": issuer}  # fmt: skip
    async with opening(**settings) as office:
        people = {office.people.asha: {"role": "parent", "person": "coordinator"}}
        with serving_provider(port, office.url, people) as serving:
            status, text = await callback_of(http, Entrance(office, serving.issuer), office.people.asha)
    assert (status, "two roles" in text) == (403, True)


async def test_without_the_provider_nobody_gets_in_and_is_told(opening: Opening) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    async with (
        opening(GATEWAY_OIDC_ISSUER=nobody) as office,
        aiohttp.ClientSession() as http,
        http.get(f"{office.url}/sign-in/start", allow_redirects=False) as answer,
    ):
        assert answer.status == 503
        assert "does not answer" in await answer.text()


async def callback_of(http: aiohttp.ClientSession, entrance: Entrance, login: str) -> tuple[int, str]:
    async with http.get(await provider_answers(http, entrance, login), allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def provider_answers(http: aiohttp.ClientSession, entrance: Entrance, login: str, back: str = "") -> str:
    """Signs in there; the address that it leads back to, not yet followed."""
    async with http.get(f"{entrance.office.url}/sign-in/start", params={"next": back}) as answer:
        form = str(answer.url)
    async with http.post(form, data={"login": login}, allow_redirects=False) as answer:
        address = answer.headers["location"]
    while not address.startswith(entrance.office.url):
        async with http.get(address, allow_redirects=False) as answer:
            address = answer.headers["location"]
    return address
