"""All the pages, put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from starlette.routing import Route

from services.gateway.endpoint.admission import Admission
from services.gateway.endpoint.operations import Operations
from services.gateway.files import Softened
from services.gateway.settings import GatewaySettings
from services.gateway.workspaces import alerts, cycles, invoices, packages, parent, payouts, telegram, tutor
from services.gateway.workspaces.assets import Assets
from services.gateway.workspaces.cookies import Cookies
from services.gateway.workspaces.demo_people import DemoPeople
from services.gateway.workspaces.known import Provider
from services.gateway.workspaces.lost import lost_in, soften
from services.gateway.workspaces.rendering import Pages
from services.gateway.workspaces.seal import Seal
from services.gateway.workspaces.sign_in import SignIn
from services.gateway.workspaces.visit import House
from services.gateway.workspaces.words import Writing
from shared.auth.tokens import TokenIssuer
from shared.clock import SystemClock
from shared.http import Lost
from shared.period import local_date
from shared.runtime.component import Surroundings


@dataclass(frozen=True)
class Workspaces:
    """`lost` answers browsers where there is no page; `softened` tells them by one what they are refused elsewhere."""

    routes: Sequence[Route]
    lost: Lost
    softened: Softened


def workspaces_of(
    around: Surroundings, operations: Operations, admission: Admission, *, with_demo_people: bool
) -> Workspaces:
    """`with_demo_people`: whether one can be anybody of the organisation, as long as no identity provider is named."""
    settings: GatewaySettings = around.settings
    assets = Assets()
    provider = _provider(settings, around.token_issuer)
    house = House(
        operations=operations,
        admission=admission,
        cookies=Cookies(Seal.open(settings.session_key_file), is_secure=settings.public_url.startswith("https://")),
        pages=_pages(settings, assets, provider),
        today=lambda: local_date(around.clock.now(), settings.zone),
        most_body_bytes=settings.body_bytes,
        stopping=around.stopping,
    )
    demo = None
    if with_demo_people and provider is None and around.token_issuer and is_this_machine(settings.host):
        # Tokens are about the real present, even where the business clock travels.
        demo = DemoPeople(operations, around.token_issuer, SystemClock().now)
    sign_in = SignIn(house, timedelta(hours=settings.session_hours), demo, provider)
    routes = [
        *assets.routes,
        *sign_in.routes,
        *parent.routes(house),
        *tutor.routes(house),
        *alerts.routes(house),
        *invoices.routes(house, around.peer("invoicing")),
        *payouts.routes(house),
        *cycles.routes(house),
        *packages.routes(house),
        *telegram.routes(house),
    ]
    return Workspaces(routes, lost_in(house), partial(soften, house))


def _pages(settings: GatewaySettings, assets: Assets, provider: Provider | None) -> Pages:
    language = settings.locale.replace("_", "-")
    targets = (provider.origin,) if provider else ()
    return Pages(Writing(settings.locale, settings.zone), assets, language, targets)


def _provider(settings: GatewaySettings, issuer: TokenIssuer | None) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    from services.gateway.workspaces.provider import OpenIdProvider  # noqa: PLC0415 - Authlib takes a while to load

    return OpenIdProvider(settings, issuer)


def is_this_machine(host: str) -> bool:
    """Nobody from outside is let in without a password."""
    return host in {"localhost", "::1"} or host.startswith("127.")
