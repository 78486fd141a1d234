"""Subscriptions through the gateway, over what really happens in the services behind it."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.auth.viewer import Role, Viewer
from shared.period import Month
from shared.runtime.serving import GRACE_SECONDS
from tests.servers.process import free_port
from tests.streams import event_source
from tests.system.conftest import Running
from tests.system.desk import Desk, at_desk
from tests.system.distributed import Distributed
from tests.system.product import Product
from tests.system.server_process import ServerProcess
from tests.system.term import begin_term, this_month

ALERTS = """subscription {
  lowPackageAlert { id status remaining acknowledgedBy parent { name invoices { nodes { number } } } }
}"""
PROGRESS = """subscription ($month: Month!) {
  cycleProgress(month: $month) {
    status phase sessionsCounted statements documents { queued rendered failed }
    cycle { invoices { totalCount } documents { rendered } }
  }
}"""
PHASES = ("OPEN", "COLLECTING", "CALCULATING", "RENDERING", "DONE")
FAMILIES = 5
SEED = 20261126
ACKNOWLEDGE = "mutation ($id: ID!) { acknowledgeAlert(id: $id) { lowPackageAlert { id } } }"


async def almost_low(desk: Desk, name: str) -> tuple[str, str]:
    """A parent with one session left, who is low after it; the parent's id and the session's, logged."""
    parent = await desk.make("createParent", name=name)
    child = await desk.make("createChild", parentId=parent, name="Ira")
    tutor = await desk.make("createTutor", name="Meena")
    await desk.sell(parent, 1, "500")
    return parent, await desk.log(child, tutor, datetime.now(UTC) - timedelta(hours=1))


async def test_alerts_reach_whom_they_are_for_each_once(running: Running) -> None:
    async with running() as product, at_desk(product.gateway) as desk:
        asha, session = await almost_low(desk, "Asha Rao")
        _, others_session = await almost_low(desk, "Dev Nair")
        token = product.gateway.token
        sources = [(desk.http, product.gateway.url, token(viewer), ALERTS) for viewer in (desk.viewer, parent(asha))]
        async with event_source(*sources[0]) as office, event_source(*sources[1]) as home:
            await desk.approve(others_session)
            alert = (await desk.approve(session))["lowPackageAlert"]
            await desk.ask(ACKNOWLEDGE, id=alert["id"])
            await desk.sell(asha, 10, "500")

            seen = [shown(await office.next()) for _ in range(4)]
            assert seen == [
                ("Dev Nair", "OPEN", 0, None),
                ("Asha Rao", "OPEN", 0, None),
                ("Asha Rao", "OPEN", 0, desk.viewer.subject),
                ("Asha Rao", "RESOLVED", 10, desk.viewer.subject),
            ]
            assert [shown(await home.next()) for _ in range(3)] == seen[1:]

            async with asyncio.timeout(GRACE_SECONDS):  # streams are no reason to stay
                assert await product.stop() == [0] * len(product.servers)
            assert "Traceback" not in product.printed()


async def test_a_month_is_followed_to_its_last_document(running: Running) -> None:
    async with running() as product, at_desk(product.gateway) as desk:
        month = str(this_month().plus(-1))
        chance = random.Random(SEED)  # noqa: S311 - chance that can be repeated is the point
        term = await begin_term(desk, FAMILIES, chance)
        await desk.approve_all(await term.log_month(desk, Month.parse(month), 1))
        token = product.gateway.token(desk.viewer)
        async with event_source(desk.http, product.gateway.url, token, PROGRESS, month=month) as source:
            assert (await source.next())["data"]["cycleProgress"]["phase"] == "OPEN"
            run = asyncio.create_task(desk.run(month))
            seen: list[dict[str, Any]] = []
            while not seen or seen[-1]["phase"] != "DONE":
                answer = await source.next()
                assert "errors" not in answer, answer
                seen.append(answer["data"]["cycleProgress"])
            await source.complete()
        await run
        order = [PHASES.index(progress["phase"]) for progress in seen]
        assert order == sorted(order)
        done = seen[-1]
        assert done["documents"] == {"queued": 0, "rendered": FAMILIES, "failed": 0}
        assert (done["status"], done["sessionsCounted"], done["statements"]) == ("CLOSED", 2 * FAMILIES, FAMILIES)
        assert done["cycle"] == {"invoices": {"totalCount": FAMILIES}, "documents": {"rendered": FAMILIES}}


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Product]:
    """Each service in a process of its own."""
    form = Distributed()
    product = form.lay_out(tmp_path, {})
    yield product
    product.end()
    form.clear_away()


async def test_what_another_process_of_the_service_changes_is_heard_until_the_own_one_dies(apart: Product) -> None:
    packages = next(server for server in apart.servers if "services.packages" in server.module_and_arguments)
    another = another_of(packages)
    try:
        await apart.start()
        another.start()
        await another.until_ready()
        async with at_desk(apart.gateway) as desk:
            asha, session = await almost_low(desk, "Asha Rao")
            token = apart.gateway.token(desk.viewer)
            async with event_source(desk.http, apart.gateway.url, token, ALERTS) as source:
                there = replace(desk, gateway=replace(apart.gateway, url=f"http://127.0.0.1:{another.port}"))
                await there.approve(session)
                await there.sell(asha, 10, "500")
                assert [shown(await source.next())[1] for _ in range(2)] == ["OPEN", "RESOLVED"]
                packages.kill()
                last = await source.next()
                await source.complete()
        assert (last["data"], last["errors"][0]["extensions"]["code"]) == (None, "UPSTREAM_UNAVAILABLE")
    finally:
        another.end()


def another_of(server: ServerProcess) -> ServerProcess:
    """One more process of the same service, on the same data."""
    port = free_port()
    settings = {**server.settings, "NIVAA_PORT": str(port)}
    return ServerProcess(server.module_and_arguments, settings, port, server.output.with_suffix(".another.txt"))


def parent(person_id: str) -> Viewer:
    return Viewer(person_id, Role.PARENT)


def shown(answer: dict[str, Any]) -> tuple[str, str, int, str | None]:
    assert "errors" not in answer, answer
    alert = answer["data"]["lowPackageAlert"]
    assert alert["parent"]["invoices"] == {"nodes": []}
    return alert["parent"]["name"], alert["status"], alert["remaining"], alert["acknowledgedBy"]
