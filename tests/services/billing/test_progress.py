"""cycleProgress: how a month stands, at once and after each change, to the end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from shared.auth.viewer import Role, Viewer
from shared.contracts.invoicing import DocumentsRendered
from shared.ids import new_id
from shared.runtime.serving import serving
from tests.services.billing.desk import Desk
from tests.services.billing.packages_side import at
from tests.streams import EventSource, event_source

PROGRESS = """subscription ($month: Month!) {
  cycleProgress(month: $month) {
    month status phase sessionsCounted sessionsExpected missing { seal approvals message } statements payouts
    documents { queued rendered failed } cycle { closedAt }
  }
}"""
NOON = at("2026-11-02 12:00")


@pytest.fixture
async def url(desk: Desk) -> AsyncIterator[str]:
    async with serving(desk.asker.host, port=0) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def next_of(source: EventSource) -> dict[str, Any]:
    answer = await source.next()
    assert "errors" not in answer, answer
    progress: dict[str, Any] = answer["data"]["cycleProgress"]
    return progress


async def until_phase(source: EventSource, phase: str) -> dict[str, Any]:
    """States in between may be left out, or seen."""
    while (progress := await next_of(source))["phase"] != phase:
        pass
    return progress


async def rendered(desk: Desk, minute: int, *, queued: int, rendered: int, failed: int = 0) -> None:
    cycle_id = await desk.database.value("SELECT id FROM billing_cycle WHERE month = '2026-10'")
    counts = {"queued": queued, "rendered": rendered, "failed": failed}
    await desk.hear(
        [DocumentsRendered(cycle_id=cycle_id, month="2026-10", at=NOON + timedelta(minutes=minute), **counts)]
    )


async def test_a_month_is_followed_from_open_to_its_last_document(
    desk: Desk, url: str, http: aiohttp.ClientSession
) -> None:
    await desk.run("2026-09")
    desk.answers_seals = False
    async with event_source(http, url, desk.asker.token(), PROGRESS, month="2026-10") as source:
        now = await next_of(source)
        assert (now["status"], now["phase"], now["sessionsCounted"], now["missing"]) == ("OPEN", "OPEN", 7, None)
        assert (now["statements"], now["sessionsExpected"]) == (None, None)
        run = asyncio.create_task(desk.run("2026-10"))
        waiting = await until_phase(source, "COLLECTING")
        assert (waiting["status"], waiting["missing"]["seal"]) == ("CLOSING", True)
        assert "has not sealed" in waiting["missing"]["message"]
        await desk.hear([desk.packages.seal("2026-10")])
        await run
        closed = await until_phase(source, "RENDERING")
        assert (closed["status"], closed["statements"], closed["payouts"]) == ("CLOSED", 1, 2)
        assert (closed["sessionsCounted"], closed["sessionsExpected"]) == (7, 7)
        assert closed["documents"] == {"queued": 1, "rendered": 0, "failed": 0}
        assert closed["cycle"]["closedAt"] is not None
        await rendered(desk, 0, queued=0, rendered=1)
        done = await next_of(source)
        assert (done["phase"], done["documents"]) == ("DONE", {"queued": 0, "rendered": 1, "failed": 0})
        await source.complete()
    async with event_source(http, url, desk.asker.token(), PROGRESS, month="2026-10") as source:
        assert await next_of(source) == done
        await source.complete()


async def test_older_words_of_documents_do_not_undo_newer_ones(
    desk: Desk, url: str, http: aiohttp.ClientSession
) -> None:
    await desk.run("2026-09")
    await desk.run("2026-10")
    async with event_source(http, url, desk.asker.token(), PROGRESS, month="2026-10") as source:
        assert (await next_of(source))["documents"]["queued"] == 1
        await rendered(desk, 2, queued=1, rendered=0)
        await rendered(desk, 1, queued=0, rendered=1)
        await rendered(desk, 3, queued=0, rendered=0, failed=1)
        assert (await next_of(source))["documents"] == {"queued": 0, "rendered": 0, "failed": 1}
        await source.complete()


async def test_a_month_nobody_has_begun_is_open_and_empty(desk: Desk, url: str, http: aiohttp.ClientSession) -> None:
    async with event_source(http, url, desk.asker.token(), PROGRESS, month="2031-01") as source:
        now = await next_of(source)
    assert (now["status"], now["phase"], now["sessionsCounted"], now["cycle"]) == ("OPEN", "OPEN", 0, None)


@pytest.mark.parametrize("role", [Role.PARENT, Role.TUTOR])
async def test_it_is_for_coordinators(desk: Desk, url: str, http: aiohttp.ClientSession, role: Role) -> None:
    token = desk.asker.token(Viewer(str(new_id()), role))
    async with event_source(http, url, token, PROGRESS, month="2026-10") as source:
        answer = await source.next()
        await source.complete()
    assert (answer["data"], answer["errors"][0]["extensions"]["code"]) == (None, "FORBIDDEN")
