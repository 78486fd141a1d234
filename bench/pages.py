"""Time to the first byte of each page, beside a bare Starlette page that renders the same template with the same data.

The product serves the demo organisation from one process; the bare pages are served by the same process from what the
product's own pages were last rendered with: no session, no graph, no database. One client asks both in turn.
"""

import asyncio
import multiprocessing
import re
import socket
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import aiohttp
import uvicorn
import uvloop
from jinja2 import Template
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from nivaa.commands.up import as_coordinator
from nivaa.demo.load import DemoLoad, demo_journal
from nivaa.demo.organisation import organisation_of
from services.embedded import COMPONENTS
from services.gateway.workspaces import workspaces
from services.gateway.workspaces.rendering import Pages
from shared.clock import TravellingClock
from shared.runtime.host import open_host
from shared.runtime.logging import configure_logging
from shared.runtime.serving import serving
from shared.runtime.settings import Settings, load_settings

ROUNDS, WARM_UP = 60, 10
PAGES: Mapping[str, Sequence[tuple[str, str]]] = {
    "parent": [("parent", "/parent")],
    "tutor": [("tutor", "/tutor")],
    "coordinator": [
        ("alerts", "/coordinator/alerts"),
        ("packages", "/admin/billing/packages"),
        ("cycles", "/admin/billing/cycles"),
        ("payouts", "/admin/billing/payouts"),
        ("invoices", "/admin/billing/invoices"),
    ],
}
"""By role: a name for the result, and the address."""

RENDERED: dict[str, tuple[Template, Mapping[str, Any]]] = {}
"""In the serving process: a template and what it was last rendered with, by address."""


class Recording(Pages):
    def page(self, template: str, status: int, context: Mapping[str, Any]) -> HTMLResponse:
        if "here" in context:
            RENDERED[context["here"].path] = (self.environment.get_template(template), context)
        return super().page(template, status, context)


async def load(folder: Path) -> None:
    """The demo organisation, as `nivaa up --demo` has it."""
    clock, settings = TravellingClock(), load_settings(Settings, (), {"NIVAA_DATA_DIR": folder})
    opened = demo_journal(folder, settings.zone, clock)
    assert opened is not None, "the folder is not empty"
    with opened as journal:
        demo = DemoLoad(organisation_of(journal.origin), journal, clock)
        async with open_host(COMPONENTS, env_files=(), clock=clock, overrides={"NIVAA_DATA_DIR": folder}) as host:
            gateway = as_coordinator(host)
            await demo.live_through(gateway, lambda _: None)
            await demo.close_last_month(gateway)


def serve(folder: Path, pipe: Connection) -> None:
    """In a process of its own; tells both addresses, and ends when it is told anything."""
    configure_logging("error")
    uvloop.run(_serve(folder, pipe))


async def _serve(folder: Path, pipe: Connection) -> None:
    settings = {"NIVAA_DATA_DIR": folder, "NIVAA_FREEZE": "none", "GATEWAY_REQUESTS_PER_MINUTE": 0}
    with patch.object(workspaces, "Pages", Recording):
        async with (
            open_host(COMPONENTS, env_files=(), overrides=settings) as host,
            serving(host, port=0) as port,
            _bare() as bare_port,
        ):
            pipe.send([f"http://127.0.0.1:{number}" for number in (port, bare_port)])
            await asyncio.to_thread(pipe.recv)


@asynccontextmanager
async def _bare() -> AsyncIterator[int]:
    async def respond(request: Request) -> HTMLResponse:
        template, context = RENDERED[request.url.path]
        return HTMLResponse(template.render(context))

    listener = socket.create_server(("127.0.0.1", 0))  # clients queue there until it serves
    app = Starlette(routes=[Route("/{path:path}", respond)])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve([listener]))
    yield listener.getsockname()[1]
    server.should_exit = True
    await task


async def measure(ours: str, bare: str) -> dict[str, float]:
    """Ratios by page."""
    ratios = {}
    print(f"{'page':<12}{'ours ms':>10}{'bare ms':>10}{'ratio':>8}")
    for role, pages in PAGES.items():
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            await _sign_in(http, ours, role)
            for name, path in pages:
                first, second = await _both(http, ours + path, bare + path)
                ratios[name] = first / second
                print(f"{name:<12}{first * 1000:>10.2f}{second * 1000:>10.2f}{ratios[name]:>8.1f}")
    return ratios


async def _both(http: aiohttp.ClientSession, ours: str, bare: str) -> tuple[float, float]:
    """Medians, taken in turn."""
    times = [(await _first_byte(http, ours), await _first_byte(http, bare)) for _ in range(WARM_UP + ROUNDS)]
    kept = times[WARM_UP:]
    return median(one for one, _ in kept), median(other for _, other in kept)


async def _first_byte(http: aiohttp.ClientSession, url: str) -> float:
    start = time.perf_counter()
    async with http.get(url, allow_redirects=False) as response:
        seconds = time.perf_counter() - start
        assert response.status == 200, (url, response.status)
        await response.read()
    return seconds


async def _sign_in(http: aiohttp.ClientSession, ours: str, role: str) -> None:
    async with http.get(f"{ours}/sign-in") as response:
        page = await response.text()
    form = next(form for form in page.split("<form") if f'name="role" value="{role}"' in form)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    async with http.post(f"{ours}/sign-in", data=fields, allow_redirects=False) as response:
        assert response.status == 303, response.status


def main() -> None:
    configure_logging("error")
    with TemporaryDirectory() as folder:
        begun = datetime.now(UTC)
        uvloop.run(load(Path(folder)))
        print(f"the demo is loaded after {(datetime.now(UTC) - begun) / timedelta(seconds=1):.0f} s")
        here, there = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(Path(folder), there))
        server.start()
        try:
            ratios = uvloop.run(measure(*here.recv()))
        finally:
            here.send("end")
            server.join()
    print("RESULT", " ".join(f"{name}_over_bare={ratio:.1f}" for name, ratio in ratios.items()))


if __name__ == "__main__":
    main()
