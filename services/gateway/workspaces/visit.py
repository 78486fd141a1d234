"""One request for a page: who comes, what they may ask, and what they are shown.

request ─session?─▶ caller ─role?─▶ form token? ─▶ the page's own code ─▶ page, or a redirect
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.gateway.endpoint.admission import Admission
from services.gateway.endpoint.asked import body_of
from services.gateway.endpoint.operations import Operations
from services.gateway.subgraph_peers import Caller
from services.gateway.workspaces.asking import Answered, Refused, ask, sentence
from services.gateway.workspaces.cookies import Cookies, Notice, Session
from services.gateway.workspaces.forms import Form, NotFilledIn, Problem
from services.gateway.workspaces.rendering import Pages
from shared.auth.viewer import Role
from shared.errors import Forbidden, InvalidInput, NotFound, Refusal, Unauthenticated
from shared.http import status_of
from shared.period import Month

log = structlog.get_logger()

HOMES: Mapping[Role, str] = {
    Role.PARENT: "/parent",
    Role.TUTOR: "/tutor",
    Role.COORDINATOR: "/coordinator/alerts",
}
SIGN_IN = "/sign-in"
NOBODY = "00000000-0000-0000-0000-000000000000"
"""For the id of what is not asked for."""
SEE_OTHER = 303
LONGEST_TRAIL = 30
"""Some proxies take no longer address."""


@dataclass(frozen=True)
class House:
    """What all pages stand on."""

    operations: Operations
    admission: Admission
    cookies: Cookies
    pages: Pages
    today: Callable[[], date]
    most_body_bytes: int
    stopping: asyncio.Event


@dataclass
class Visit:
    house: House
    request: Request
    session: Session
    caller: Caller
    form: Form = field(default_factory=lambda: Form({}))

    @property
    def role(self) -> Role:
        return self.session.role

    def asked(self, name: str) -> str:
        """A parameter of the address; empty when there is none."""
        return self.request.query_params.get(name, "").strip()

    def asked_month(self) -> str | None:
        """The month in the address; None when there is none. Raises InvalidInput."""
        return str(Month.parse(self.asked("month"))) if self.asked("month") else None

    @property
    def query(self) -> str:
        """Of the address, with its question mark: forms lead back to the page as it was."""
        return f"?{self.request.url.query}" if self.request.url.query else ""

    async def ask(self, document: str, **variables: Any) -> Answered:
        """Raises Refused."""
        return await ask(self.house.operations, self.caller, document, variables)

    def page(self, template: str, data: Answered, problem: Problem | None = None, **context: Any) -> Response:
        notice = self.house.cookies.notice(self.request)
        shown = {
            "viewer": data.get("viewer"),
            "data": data,
            "problem": problem,
            "notice": notice,
            "form_token": self.house.cookies.form_token(self.session.visit),
            "here": Here(self.request),
            "today": self.house.today(),
            **context,
        }
        response = self.house.pages.page(template, problem.status if problem else 200, shown)
        if notice:
            self.house.cookies.end_notice(response)
        return response

    def see_other(self, url: str, words: str, *, is_good: bool = True) -> Response:
        """After a form: on to a page that says what came of it, at its top: an address may not lead further down."""
        response = RedirectResponse(url, SEE_OTHER)
        self.house.cookies.give_notice(response, Notice(words, is_good))
        return response


@dataclass(frozen=True)
class Here:
    """The address of a page, for links that change a part of it."""

    request: Request

    @property
    def path(self) -> str:
        """Of the page itself, which forms of it have above them."""
        path = self.request.url.path
        return _above(path) if self.request.method == "POST" else path

    @property
    def query(self) -> str:
        """For the addresses of forms, which show the same page again when something is wrong."""
        return f"?{self.request.url.query}" if self.request.url.query else ""

    def trail(self, name: str) -> list[str]:
        """A list's cursors on the way to the page of it that is shown, the last one being its own: lists only go
        forward, so the address remembers the way back."""
        return [cursor for cursor in self.request.query_params.getlist(name) if cursor][-LONGEST_TRAIL:]

    def but(self, **changes: object) -> str:
        """The same page with other parameters; None and "" leave one out, a list gives one several values."""
        asked = {name: self.request.query_params.getlist(name) for name in self.request.query_params} | changes
        kept = {name: value for name, value in asked.items() if value not in (None, "", [], [""])}
        return f"{self.path}?{urlencode(kept, doseq=True)}" if kept else self.path


Handler = Callable[[Visit], Awaitable[Response]]


def page_route(house: House, path: str, role: Role, show: Handler) -> Route:
    return Route(path, _guarded(house, role, show), methods=["GET"])


def form_route(house: House, path: str, role: Role, do: Handler) -> Route:
    """Below its page, which somebody is led to who opens the form's address by itself, as a reload does."""
    answer = _guarded(house, role, do)

    async def respond(request: Request) -> Response:
        return await answer(request) if request.method == "POST" else RedirectResponse(_page_of(request), SEE_OTHER)

    return Route(path, respond, methods=["GET", "POST"])


def _page_of(request: Request) -> str:
    return f"{_above(request.url.path)}{Here(request).query}"


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _guarded(house: House, role: Role, handle: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        session = house.cookies.session(request)
        if session is None:
            return _to_sign_in(request)
        try:
            return await handle(await _visit(house, request, session, role))
        except Unauthenticated:
            return _to_sign_in(request)
        except Refusal as refusal:
            return sorry(house, status_of(refusal.code), refusal.message, session.role)
        except Refused as refused:
            if refused.code == Unauthenticated.code:
                return _to_sign_in(request)
            return sorry(house, refused.status, refused.message, session.role)
        except Exception:
            log.exception("page failed", path=request.url.path)
            return sorry(house, 500, "Something went wrong on our side.", session.role)

    return respond


async def _visit(house: House, request: Request, session: Session, role: Role) -> Visit:
    caller = await house.admission.known(request, f"Bearer {session.token}")
    if session.role is not role:
        raise NotFound("There is no such page in your workspace.")
    visit = Visit(house, request, session, caller)
    if request.method == "POST":
        visit.form = await read_form(house, request, session.visit)
    return visit


async def read_form(house: House, request: Request, visit: str) -> Form:
    """Raises Forbidden for a form that is not one of ours, given to this visit; InvalidInput, TooComplex."""
    form = Form.read(await body_of(request, house.most_body_bytes))
    foreign = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    if foreign or not house.cookies.is_form_token(visit, form["form_token"]):
        raise Forbidden(
            "This form is too old, or not from here. Nothing was done: please go back, reload and try again."
        )
    return form


def _to_sign_in(request: Request) -> Response:
    """And back, unless what was asked for was a form: nothing of it is kept."""
    path = request.url.path
    back = f"{path}?{request.url.query}" if request.url.query else path
    query = {"next": back} if request.method == "GET" and back != "/" else {}
    return RedirectResponse(f"{SIGN_IN}?{urlencode(query)}" if query else SIGN_IN, SEE_OTHER)


def local_address(text: str, default: str) -> str:
    """An address of ours, or the default: nobody is sent elsewhere by a link to our sign-in."""
    parts = urlsplit(text)
    is_ours = text.startswith("/") and not text.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return text if is_ours and text.isprintable() and "\\" not in text else default


def sorry(house: House, status: int, message: str, role: Role | None) -> Response:
    """Politely, and with a way on."""
    context = {
        "status": status,
        "message": sentence(message),
        "home": HOMES.get(role) if role else None,
        "can_retry": status >= 500,
        "notice": None,
        "viewer": None,
    }
    return house.pages.page("sorry.html", status, context)


async def filled_in(
    visit: Visit,
    name: str,
    show: Callable[[Visit, Problem], Awaitable[Response]],
    do: Handler,
    at: Mapping[str, str] | None = None,
) -> Response:
    """What came of a form; or its page again, with what was typed and what is wrong at its place."""
    try:
        return await do(visit)
    except NotFilledIn as wrong:
        return await show(visit, Problem.with_fields(name, visit.form, wrong.fields))
    except Refused as refused:
        if refused.code == Unauthenticated.code:
            raise
        return await show(visit, Problem.refused(name, visit.form, refused, at))


def choice(visit: Visit, name: str, known: tuple[str, ...]) -> str | None:
    """A parameter that is one of a few. Raises InvalidInput."""
    text = visit.asked(name)
    if text and text not in known:
        raise InvalidInput(f"There is no {name} {text[:32]!r} to choose.")
    return text or None
