"""Changes of alerts are heard of once each, whichever process makes them and in whatever order they commit."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import aiohttp
import pytest

from services.packages.domain.alerts import Standing
from services.packages.sql.alert_changes import AlertChanges
from services.packages.sql.alerts import acknowledge, changed_alerts, new_alerts
from services.packages.use_cases.acknowledge_alert import acknowledge_alert
from shared.database.database import Database, Transaction, open_database
from shared.database.row import Row
from shared.database.watch import Listener, Watch
from shared.errors import NotFound, UpstreamUnavailable
from shared.ids import new_id
from shared.runtime.serving import serving
from tests.eventually import eventually
from tests.listening import listening
from tests.services.packages.desk import Desk, local
from tests.streams import event_source

ALERTS = "subscription { lowPackageAlert { id } }"
NOW = local("2026-10-02 10:00")


@pytest.fixture
def here(desk: Desk) -> Database:
    return desk.asker.host.databases["packages"]


@asynccontextmanager
async def another_process(here: Database) -> AsyncIterator[Database]:
    """What another process has of the database: connections of its own."""
    async with open_database(here.config) as there:
        yield there


@asynccontextmanager
async def watching(here: Database, stopping: asyncio.Event | None = None) -> AsyncIterator[Watch[None, Row]]:
    watch = Watch[None, Row](lambda _: AlertChanges(here).read, asyncio.Event(), stopping or asyncio.Event())
    job = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)


async def heard(listener: Listener[Row], count: int) -> list[tuple[UUID, bool, bool]]:
    """The next changes: which alert, is it acknowledged, is it resolved."""
    async with asyncio.timeout(20):
        rows = [await listener.next() for _ in range(count)]
    return [(row["id"], row["acknowledged_at"] is not None, row["resolved_at"] is not None) for row in rows]


async def raised(transaction: Transaction, parent: str) -> UUID:
    alert_id = new_id()
    await transaction.write(new_alerts([(alert_id, UUID(parent), Standing(1, 10))], NOW))
    return alert_id


async def raised_and_taken_back(database: Database, parent: str) -> None:
    with suppress(ZeroDivisionError):
        async with database.transaction() as transaction:
            await raised(transaction, parent)
            raise ZeroDivisionError


async def resolved(transaction: Transaction, alert_id: UUID) -> None:
    await transaction.write(changed_alerts([(alert_id, Standing(11, 20), NOW)]))


async def test_another_process_s_changes_are_heard_each_once(desk: Desk, here: Database) -> None:
    parent = await desk.create("createParent", name="Asha Rao")
    async with another_process(here) as there, watching(here) as watch:
        async with there.transaction() as transaction:
            before = await raised(transaction, parent)
        listener = await watch.listen(None)
        async with there.transaction() as transaction:
            await transaction.write(changed_alerts([(before, Standing(0, 10), None)]))
            await acknowledge(transaction, before, NOW, "somebody")
            await resolved(transaction, before)
            after = await raised(transaction, parent)
        with pytest.raises(NotFound):
            await acknowledge_alert(desk.work(), new_id(), "somebody")
        async with there.transaction() as transaction:
            await acknowledge(transaction, before, NOW, "nobody: it is acknowledged already")
            await acknowledge(transaction, after, NOW, "somebody")
        seen = await heard(listener, 4)
        assert seen == [(before, True, False), (before, True, True), (after, False, False), (after, True, False)]


async def test_what_is_taken_back_is_not_heard_of(desk: Desk, here: Database) -> None:
    parent = await desk.create("createParent", name="Asha Rao")
    async with watching(here) as watch:
        listener = await watch.listen(None)
        await raised_and_taken_back(here, parent)
        async with here.transaction() as transaction:
            kept = await raised(transaction, parent)
        assert await heard(listener, 1) == [(kept, False, False)]


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_a_late_commit_is_heard_though_a_later_change_was_heard_before_it(desk: Desk, here: Database) -> None:
    """Also by those who began to listen while it was under way: to them it is a change to come."""
    parents = [await desk.create("createParent", name=f"Family {number}") for number in range(4)]
    async with another_process(here) as there, watching(here) as watch:
        early = await watch.listen(None)
        async with there.transaction() as slow:
            late = await raised(slow, parents[0])
            async with here.transaction() as transaction:
                first = await raised(transaction, parents[1])
            assert await heard(early, 1) == [(first, False, False)]
            latecomer = await watch.listen(None)
            async with here.transaction() as transaction:
                second = await raised(transaction, parents[2])
            assert await heard(early, 1) == [(second, False, False)]
        async with here.transaction() as transaction:
            last = await raised(transaction, parents[3])
        assert sorted(await heard(early, 2)) == sorted([(late, False, False), (last, False, False)])
        rest = sorted([(second, False, False), (late, False, False), (last, False, False)])
        assert sorted(await heard(latecomer, 3)) == rest


async def test_a_stopping_service_ends_its_listeners(here: Database) -> None:
    stopping = asyncio.Event()
    async with watching(here, stopping) as watch:
        listener = await watch.listen(None)
        stopping.set()
        with pytest.raises(UpstreamUnavailable):
            await heard(listener, 1)


async def test_nobody_reads_when_nobody_listens(here: Database) -> None:
    """A listener that is dropped, whatever became of it, keeps no reader at work."""
    async with watching(here) as watch:
        listener: Listener[Row] | None = await watch.listen(None)
        assert watch._watched
        del listener
        async with asyncio.timeout(20):
            while watch._watched:
                await asyncio.sleep(0.05)


async def test_the_head_of_a_stream_comes_when_it_listens(desk: Desk, here: Database) -> None:
    """Whoever has it misses nothing from then on."""
    parent = await desk.create("createParent", name="Asha Rao")
    async with serving(desk.asker.host, port=0) as port, aiohttp.ClientSession() as http, AsyncExitStack() as stack:
        source = event_source(http, f"http://127.0.0.1:{port}", desk.asker.token(), ALERTS)
        async with here.transaction() as transaction:
            if here.dialect == "postgres":
                await transaction.execute("LOCK TABLE alert_change IN ACCESS EXCLUSIVE MODE")
            opening = asyncio.create_task(stack.enter_async_context(source))
            await asyncio.wait([opening], timeout=0.5)
            assert not opening.done()
        opened = await opening
        async with here.transaction() as transaction:
            alert = await raised(transaction, parent)
        assert (await opened.next())["data"]["lowPackageAlert"]["id"] == str(alert)


async def test_the_service_itself_ends_a_stream_with_its_token_and_with_its_subscriber(desk: Desk) -> None:
    """Nobody trusts a gateway to do it."""
    gc.collect()  # what other tests have left
    async with serving(desk.asker.host, port=0) as port, aiohttp.ClientSession() as http:
        url = f"http://127.0.0.1:{port}"
        async with event_source(http, url, desk.asker.token(), ALERTS):
            assert len(listening()) == 1
        await eventually(lambda: not listening())
        async with event_source(http, url, until_soon(desk), ALERTS) as source:
            answer = await source.next()
            await source.complete()
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def until_soon(desk: Desk) -> str:
    """A token that ends in some seconds: long enough for a stream to begin."""
    issuer = desk.asker.host.token_issuer
    assert issuer is not None
    lifetime, leeway = timedelta(minutes=10), timedelta(seconds=30)
    return issuer.mint(desk.asker.viewer, datetime.now(UTC) - lifetime - leeway + timedelta(seconds=6), lifetime)
