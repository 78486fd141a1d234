"""The cookies of the pages: who is signed in, who is about to sign in, and what to say on the next page.

All are out of reach of scripts and of other sites' requests, and encrypted (`seal.py`).
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.workspaces.seal import Seal
from shared.auth.viewer import Role
from shared.clock import SystemClock

LARGEST_COOKIE_BYTES = 4000
_CLOCK = SystemClock()  # sessions are about the real present, even where the business clock travels
_VISIT_LIFETIME = timedelta(minutes=30)
_NOTICE_LIFETIME = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in. `provider_hint` is what an identity provider knows its own session by."""

    visit: str
    token: str
    role: Role
    until: datetime
    provider_hint: str | None = None


class SessionTooLarge(Exception):
    """Its token alone is more than browsers keep in a cookie: they would drop it without a word."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody on the way in. `provider_state` is what Authlib wants back when the provider answers."""

    visit: str
    provider_state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """What came of a form, told on the page that follows it."""

    words: str
    is_good: bool = True


class Cookies:
    """`is_secure` is whether people come by https: then browsers send them by nothing else.

    Nothing is kept here of who is signed in, but who has signed out is: a cookie that somebody copied before ends with
    its session, in this process.
    """

    def __init__(self, seal: Seal, *, is_secure: bool) -> None:
        self._seal = seal
        self._is_secure = is_secure
        self._ended: dict[str, datetime] = {}
        prefix = "__Host-" if is_secure else ""
        self._names = {purpose: f"{prefix}nivaa_{purpose}" for purpose in ("session", "arrival", "notice")}

    def session(self, request: Request) -> Session | None:
        content = self._read(request, "session")
        if content is None or content["visit"] in self._ended:
            return None
        until = datetime.fromtimestamp(content.pop("until"), UTC)
        return Session(role=Role(content.pop("role")), until=until, **content)

    def start_session(self, response: Response, session: Session) -> None:
        """One that is too large for a cookie goes without what only the provider's own sign-out would use.

        Raises SessionTooLarge when that is not enough.
        """
        content = {**asdict(session), "until": int(session.until.timestamp())}
        if self._is_too_large(content, session.until):
            content["provider_hint"] = None
            if self._is_too_large(content, session.until):
                raise SessionTooLarge
        self._write(response, "session", content, session.until)

    def _is_too_large(self, content: dict[str, Any], until: datetime) -> bool:
        return len(self._seal.sealed("session", content, until)) > LARGEST_COOKIE_BYTES

    def end_session(self, response: Response, session: Session | None) -> None:
        if session:
            now = _CLOCK.now()
            self._ended = {visit: until for visit, until in self._ended.items() if until > now}
            self._ended[session.visit] = session.until
        self._delete(response, "session")

    def arrival(self, request: Request) -> Arrival:
        """A new one when there is none."""
        content = self._read(request, "arrival")
        return Arrival(**content) if content else Arrival(new_visit(), {})

    def keep_arrival(self, response: Response, arrival: Arrival) -> None:
        self._write(response, "arrival", asdict(arrival), _CLOCK.now() + _VISIT_LIFETIME)

    def end_arrival(self, response: Response) -> None:
        self._delete(response, "arrival")

    def notice(self, request: Request) -> Notice | None:
        content = self._read(request, "notice")
        return Notice(**content) if content else None

    def give_notice(self, response: Response, notice: Notice) -> None:
        self._write(response, "notice", asdict(notice), _CLOCK.now() + _NOTICE_LIFETIME)

    def end_notice(self, response: Response) -> None:
        self._delete(response, "notice")

    def form_token(self, visit: str) -> str:
        return self._seal.token_for(visit)

    def is_form_token(self, visit: str, token: str) -> bool:
        return self._seal.is_token_for(visit, token)

    def _read(self, request: Request, purpose: str) -> dict[str, Any] | None:
        text = request.cookies.get(self._names[purpose], "")
        return self._seal.unsealed(purpose, text, _CLOCK.now()) if text else None

    def _write(self, response: Response, purpose: str, content: dict[str, Any], until: datetime) -> None:
        response.set_cookie(
            self._names[purpose],
            self._seal.sealed(purpose, content, until),
            max_age=max(0, int((until - _CLOCK.now()).total_seconds())),
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="lax",  # not strict: who follows a link from a message is still signed in
        )

    def _delete(self, response: Response, purpose: str) -> None:
        name = self._names[purpose]
        response.delete_cookie(name, path="/", secure=self._is_secure, httponly=True, samesite="lax")


def new_visit() -> str:
    return secrets.token_urlsafe(16)
