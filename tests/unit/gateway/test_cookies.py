"""What of a session a browser is given to keep, and what it could not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.workspaces.cookies import Cookies, Session, SessionTooLarge, new_visit
from services.gateway.workspaces.seal import Seal
from shared.auth.viewer import Role


@pytest.fixture
def cookies(tmp_path: Path) -> Cookies:
    return Cookies(Seal.open(tmp_path / "key.json"), is_secure=True)


def session_of(token: str, hint: str | None) -> Session:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    return Session(new_visit(), token, Role.PARENT, until, hint)


def kept(cookies: Cookies, session: Session) -> Session | None:
    """As it comes back from the browser."""
    response = Response()
    cookies.start_session(response, session)
    cookie = response.headers["set-cookie"].partition(";")[0]
    assert len(cookie) < 4096
    return cookies.session(Request({"type": "http", "headers": [(b"cookie", cookie.encode())]}))


def test_a_session_comes_back_as_it_was(cookies: Cookies) -> None:
    session = session_of("t" * 900, "h" * 900)
    assert kept(cookies, session) == session


def test_a_large_one_goes_without_what_only_the_providers_sign_out_needs(cookies: Cookies) -> None:
    token = "t" * 2_000
    back = kept(cookies, session_of(token, "h" * 2_000))
    assert back is not None
    assert (back.token, back.provider_hint) == (token, None)


def test_one_that_a_browser_would_drop_is_refused(cookies: Cookies) -> None:
    with pytest.raises(SessionTooLarge):
        cookies.start_session(Response(), session_of("t" * 4_000, None))
