"""Where a command finds the gateway: at its address, or in this process, which then hosts everything meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp

from nivaa.demo.faces import COORDINATOR
from nivaa.gateway import Gateway
from nivaa.tokens import mint
from services.embedded import COMPONENTS
from shared.auth.viewer import Role, Viewer
from shared.runtime.host import open_host
from shared.runtime.logging import configure_logging
from shared.runtime.peers import HttpPeer, Peer
from shared.runtime.settings import Settings

_TIMEOUT = aiohttp.ClientTimeout(total=600)


@asynccontextmanager
async def reach_gateway(settings: Settings) -> AsyncIterator[Gateway]:
    """With the token that is set, or as the coordinator. Raises NivaaError where no token can be made."""
    configure_logging("warning")
    token = settings.token.get_secret_value() or mint(settings, Viewer(COORDINATOR, Role.COORDINATOR))
    async with reach_peer(settings) as peer:
        yield Gateway(peer, token)


@asynccontextmanager
async def reach_peer(settings: Settings) -> AsyncIterator[Peer]:
    """The gateway, for whoever brings a token of their own."""
    if urlsplit(settings.gateway_url).scheme == "inproc":
        # One bot is enough: whoever serves has it, and Telegram gives its messages to one of them only.
        overrides = {"NIVAA_DATA_DIR": settings.data_dir, "NIVAA_BOT_TOKEN": ""}
        async with open_host(COMPONENTS, overrides=overrides) as host:
            yield host.peer("gateway")
    else:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            yield HttpPeer(settings.gateway_url, session)
