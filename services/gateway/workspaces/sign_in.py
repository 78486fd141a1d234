"""The way in and out: people of the demo in the embedded form, or an identity provider."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.gateway.workspaces.asking import Refused
from services.gateway.workspaces.cookies import Arrival, Cookies, Session, SessionTooLarge, new_visit
from services.gateway.workspaces.demo_people import DemoPeople
from services.gateway.workspaces.known import Known, Provider, ProviderRefused
from services.gateway.workspaces.visit import HOMES, SEE_OTHER, SIGN_IN, House, local_address, read_form, sorry
from shared.clock import SystemClock
from shared.errors import Refusal, Unauthenticated
from shared.http import status_of

log = structlog.get_logger()

LONGEST_BACK = 1_000
"""Of an address that waits in a cookie; a longer one is forgotten, and the way leads home."""

_CLOCK = SystemClock()  # sessions are about the real present, even where the business clock travels


@dataclass(frozen=True)
class SignIn:
    """`demo` or `provider` or neither: then there is no way in but a token of one's own, for the API."""

    house: House
    lifetime: timedelta
    demo: DemoPeople | None
    provider: Provider | None

    @property
    def routes(self) -> list[Route]:
        routes = [
            Route("/", self.go_home, methods=["GET"]),
            Route(SIGN_IN, self.show, methods=["GET"]),
            Route("/sign-out", self.leave, methods=["POST"]),
            Route("/signed-out", self.show_left, methods=["GET"]),
        ]
        if self.demo:
            routes.append(Route(SIGN_IN, self.enter_as_demo, methods=["POST"]))
        if self.provider:
            routes.append(Route(f"{SIGN_IN}/start", self.go_to_provider, methods=["GET"]))
            routes.append(Route(f"{SIGN_IN}/callback", self.come_from_provider, methods=["GET"]))
        return routes

    @property
    def _cookies(self) -> Cookies:
        return self.house.cookies

    async def go_home(self, request: Request) -> Response:
        session = self._cookies.session(request)
        return RedirectResponse(HOMES.get(session.role, SIGN_IN) if session else SIGN_IN, SEE_OTHER)

    async def show(self, request: Request) -> Response:
        arrival = self._cookies.arrival(request)
        search = request.query_params.get("search", "").strip()
        try:
            people = await self.demo.people(search) if self.demo else None
        except Refused as refused:
            return sorry(self.house, refused.status, refused.message, None)
        context = {
            "next": local_address(request.query_params.get("next", ""), ""),
            "search": search,
            "people": people,
            "provider": self.provider.name if self.provider else None,
            "form_token": self._cookies.form_token(arrival.visit),
            "notice": None,
            "viewer": None,
        }
        response = self.house.pages.page("sign_in.html", 200, context)
        self._cookies.keep_arrival(response, arrival)
        return response

    async def enter_as_demo(self, request: Request) -> Response:
        assert self.demo is not None  # noqa: S101 - the route is there only with them
        try:
            form = await read_form(self.house, request, self._cookies.arrival(request).visit)
            role, token = await self.demo.token(form["role"], form["person"], self.lifetime)
        except Refusal as refusal:
            return sorry(self.house, status_of(refusal.code), refusal.message, None)
        except Refused as refused:
            return sorry(self.house, refused.status, refused.message, None)
        session = Session(new_visit(), token, role, _CLOCK.now() + self.lifetime)
        return self._entered(session, form["next"])

    async def go_to_provider(self, request: Request) -> Response:
        """The provider's answer is for this browser alone: what it must match waits in a cookie."""
        assert self.provider is not None  # noqa: S101 - the route is there only with one
        arrival = self._cookies.arrival(request)
        back = local_address(request.query_params.get("next", ""), "")
        try:
            address, state = await self.provider.begin(request, back if len(back) <= LONGEST_BACK else "")
        except ProviderRefused as refused:
            return sorry(self.house, 503, str(refused), None)
        response = RedirectResponse(address, SEE_OTHER)
        self._cookies.keep_arrival(response, Arrival(arrival.visit, state))
        return response

    async def come_from_provider(self, request: Request) -> Response:
        assert self.provider is not None  # noqa: S101 - the route is there only with one
        arrival = self._cookies.arrival(request)
        try:
            known = await self.provider.finish(request, arrival.provider_state, self.lifetime)
            await self._admitted(request, known)
        except (ProviderRefused, Unauthenticated) as refused:
            log.info("sign-in refused", why=str(refused), cause=repr(refused.__cause__))
            response = sorry(self.house, 403, f"You could not be signed in. {refused}", None)
            self._cookies.end_arrival(response)
            return response
        except Refusal as refusal:
            return sorry(self.house, status_of(refusal.code), refusal.message, None)
        session = Session(new_visit(), known.token, known.role, known.until, known.hint)
        try:
            return self._entered(session, known.back)
        except SessionTooLarge:
            log.warning("sign-in refused", why="the provider's access token is too large for a cookie")
            message = "You could not be signed in. The identity provider's token is too large for a browser to keep."
            return sorry(self.house, 403, message, None)

    async def _admitted(self, request: Request, known: Known) -> None:
        """What the provider says of somebody, its token has to say too. Raises Unauthenticated, ProviderRefused."""
        caller = await self.house.admission.known(request, f"Bearer {known.token}")
        if caller.viewer.role is not known.role:
            raise ProviderRefused("Your account has two roles.")

    def _entered(self, session: Session, back: str) -> Response:
        """A new visit, whatever the browser brought: what was known before is worth nothing now."""
        response = RedirectResponse(local_address(back, HOMES[session.role]), SEE_OTHER)
        self._cookies.start_session(response, session)
        self._cookies.end_arrival(response)
        return response

    async def leave(self, request: Request) -> Response:
        session = self._cookies.session(request)
        address = "/signed-out"
        if session:
            try:
                await read_form(self.house, request, session.visit)
            except Refusal as refusal:
                return sorry(self.house, status_of(refusal.code), refusal.message, session.role)
            if self.provider:
                address = await self.provider.way_out(request, session.provider_hint) or address
        response = RedirectResponse(address, SEE_OTHER)
        self._cookies.end_session(response, session)
        return response

    async def show_left(self, request: Request) -> Response:  # noqa: ARG002 - as routes are called
        return self.house.pages.page("signed_out.html", 200, {"notice": None, "viewer": None})
