"""An identity provider: OpenID Connect by the authorization code flow with PKCE. Authlib speaks it.

The provider says who somebody is; two of its claims name the role and the person. Where the services verify tokens by a
key of ours, a token is made of that; where they verify the provider's own, its access token goes on to them.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from joserfc.errors import JoseError
from starlette.requests import Request

from services.gateway.settings import GatewaySettings
from services.gateway.workspaces.known import Known, ProviderRefused
from shared.auth.tokens import TokenIssuer
from shared.auth.viewer import Role, Viewer
from shared.clock import SystemClock

log = structlog.get_logger()

CALLBACK = "/sign-in/callback"
SIGNED_OUT = "/signed-out"
_CLOCK = SystemClock()  # tokens are about the real present, even where the business clock travels
_FAULTS = (OAuthError, JoseError, httpx2.HTTPError, RuntimeError, ValueError, KeyError)
"""What Authlib raises for answers that are not as they must be, and for none."""


class OpenIdProvider:
    def __init__(self, settings: GatewaySettings, issuer: TokenIssuer | None) -> None:
        self.name = settings.oidc_name
        self.origin = _origin(settings.oidc_issuer)
        self._settings = settings
        self._issuer = issuer
        self._app: StarletteOAuth2App = OAuth().register(
            name="provider",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value() or None,
            server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": settings.oidc_scopes,
                "code_challenge_method": "S256",
                "timeout": settings.subgraph_timeout_seconds,
            },
        )

    async def begin(self, request: Request, back: str) -> tuple[str, dict[str, Any]]:
        """Where to send the browser, and what its answer must match. Raises ProviderRefused."""
        try:
            made = await self._app.create_authorization_url(self._address(request, CALLBACK))
        except _FAULTS as error:
            raise ProviderRefused("The identity provider does not answer. Please try again later.") from error
        address = made.pop("url")
        return address, {**made, "redirect_uri": self._address(request, CALLBACK), "back": back}

    async def finish(self, request: Request, state: dict[str, Any], lifetime: timedelta) -> Known:
        """Raises ProviderRefused."""
        token = await self._exchanged(request, state)
        claims = token["userinfo"]
        viewer = self._viewer(claims)
        bearer, until = self._bearer(token, viewer, _CLOCK.now() + lifetime)
        return Known(bearer, viewer.role, until, token.get("id_token"), state.get("back", ""))

    async def way_out(self, request: Request, hint: str | None) -> str | None:
        """The provider's own sign-out, where it has one."""
        try:
            metadata = await self._app.load_server_metadata()
            if not metadata.get("end_session_endpoint"):
                return None
            left = await self._app.create_logout_url(
                self._address(request, SIGNED_OUT), id_token_hint=hint, client_id=self._settings.oidc_client_id
            )
        except _FAULTS as error:
            log.warning("provider's sign-out is out of reach", error=repr(error))
            return None
        address: str = left["url"]
        return address

    async def _exchanged(self, request: Request, state: dict[str, Any]) -> dict[str, Any]:
        """The code for tokens; the ID token's signature, issuer, audience, expiry and nonce are verified."""
        answer = request.query_params
        if "error" in answer:
            raise ProviderRefused("The identity provider refused.")
        if not state.get("state") or answer.get("state") != state["state"] or "code" not in answer:
            raise ProviderRefused("This sign-in was begun elsewhere or too long ago. Please begin again.")
        try:
            token = await self._app.fetch_access_token(
                code=answer["code"],
                state=answer["state"],
                redirect_uri=state["redirect_uri"],
                code_verifier=state["code_verifier"],
            )
            claims = await self._app.parse_id_token(token, nonce=state["nonce"])
        except _FAULTS as error:
            raise ProviderRefused("The identity provider's answer does not verify.") from error
        if not claims:
            raise ProviderRefused("The identity provider did not say who you are.")
        return {**token, "userinfo": claims}

    def _viewer(self, claims: dict[str, Any]) -> Viewer:
        role, person = claims.get(self._settings.oidc_role_claim), claims.get(self._settings.oidc_person_claim)
        if role not in (Role.PARENT, Role.TUTOR, Role.COORDINATOR) or not isinstance(person, str) or not person:
            raise ProviderRefused("You are known there, but have no workspace here. Ask your coordinator.")
        return Viewer(person, Role(role))

    def _bearer(self, token: dict[str, Any], viewer: Viewer, until: datetime) -> tuple[str, datetime]:
        if self._issuer:
            return self._issuer.mint(viewer, _CLOCK.now(), until - _CLOCK.now()), until
        ends = datetime.fromtimestamp(token["expires_at"], UTC) if token.get("expires_at") else until
        return str(token["access_token"]), min(until, ends)

    def _address(self, request: Request, path: str) -> str:
        """Of ours, as people see it."""
        base = self._settings.public_url.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"
        return f"{base}{path}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
