"""Subscriptions through the gateway, over what really happens in the services behind it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.auth.viewer import Role, Viewer
from tests.streams import event_source
from tests.system.conftest import Running
from tests.system.desk import Desk, at_desk

ALERTS = """subscription {
  lowPackageAlert { id status remaining acknowledgedBy parent { name invoices { nodes { number } } } }
}"""
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


def parent(person_id: str) -> Viewer:
    return Viewer(person_id, Role.PARENT)


def shown(answer: dict[str, Any]) -> tuple[str, str, int, str | None]:
    assert "errors" not in answer, answer
    alert = answer["data"]["lowPackageAlert"]
    assert alert["parent"]["invoices"] == {"nodes": []}
    return alert["parent"]["name"], alert["status"], alert["remaining"], alert["acknowledgedBy"]
