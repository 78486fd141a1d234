"""/healthz: the process lives. /readyz: each resource by name. /metrics: for Prometheus."""

import asyncio
from collections.abc import Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.runtime.component import Check

CHECK_TIMEOUT_SECONDS = 3.0


def health_routes(checks: Mapping[str, Check], stopping: asyncio.Event) -> list[Route]:
    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> JSONResponse:
        states = await asyncio.gather(*(_state(check) for check in checks.values()))
        resources = dict(zip(checks, states, strict=True))
        ready = all(state == "ok" for state in states) and not stopping.is_set()
        return JSONResponse({"ready": ready, "resources": resources}, 200 if ready else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def _state(check: Check) -> str:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
            await check()
    except Exception as error:  # noqa: BLE001 - whatever keeps the resource from answering is the answer
        return f"{type(error).__name__}"
    return "ok"
