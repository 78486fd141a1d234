"""Low-package alerts: raised once at the line, resolved by what gives sessions back, never in a deduction's way."""

from typing import Any

from shared.contracts.packages import LowPackageRaised, LowPackageResolved
from tests.conftest import Hosting
from tests.services.packages.desk import Desk, Family, local, move_in, open_desk


async def teach_many(desk: Desk, family: Family, count: int) -> list[dict[str, Any]]:
    return [await desk.teach(family.ira, family.meena, local(f"2026-09-{21 + i} 17:00")) for i in range(count)]


async def test_exactly_a_fifth_is_no_alert(desk: Desk) -> None:
    raised_at = {1: 0, 4: 0, 5: 0, 6: 1, 10: 1}
    for size, remaining in raised_at.items():
        family = await move_in(desk)
        await desk.sell(family.asha, size, "500")
        answers = await teach_many(desk, family, size - remaining)
        assert all(answer["lowPackageAlert"] is None for answer in answers[:-1]), size
        assert answers[-1]["lowPackageAlert"]["remaining"] == remaining, size
    raised = await desk.told(LowPackageRaised, len(raised_at))
    assert {fact.total_sessions: fact.remaining for fact in raised} == raised_at


async def test_a_return_resolves_and_crossing_again_raises_anew(desk: Desk) -> None:
    family = await move_in(desk)
    await desk.sell(family.asha, 5, "500")
    answers = await teach_many(desk, family, 5)
    await desk.reverse(answers[0]["session"]["id"])
    await desk.told(LowPackageResolved, 1)
    again = await desk.teach(family.ira, family.meena, local("2026-09-28 17:00"))
    first, second = await desk.told(LowPackageRaised, 2)
    assert first.alert_id != second.alert_id
    assert again["lowPackageAlert"]["id"] == str(second.alert_id)


async def test_an_acknowledged_alert_stays_open(desk: Desk) -> None:
    family = await move_in(desk)
    await desk.sell(family.asha, 1, "500")
    (answer,) = await teach_many(desk, family, 1)
    query = """
        mutation($id: ID!) { acknowledgeAlert(id: $id) {
            lowPackageAlert { status acknowledgedAt acknowledgedBy parent { name } } } }
    """
    first = await desk.ask(query, id=answer["lowPackageAlert"]["id"])
    alert = first["acknowledgeAlert"]["lowPackageAlert"]
    assert (alert["status"], alert["acknowledgedBy"]) == ("OPEN", desk.asker.viewer.subject)
    assert alert["parent"] == {"name": "Asha Rao"}
    assert await desk.ask(query, id=answer["lowPackageAlert"]["id"]) == first
    listed = "query($a: Boolean) { lowPackageAlerts(filter: {status: OPEN, acknowledged: $a}) { totalCount } }"
    assert (await desk.ask(listed, a=True))["lowPackageAlerts"]["totalCount"] == 1
    assert (await desk.ask(listed, a=False))["lowPackageAlerts"]["totalCount"] == 0


async def test_the_threshold_and_the_floor_are_settings(hosting: Hosting) -> None:
    settings = {"NIVAA_LOW_PACKAGE_THRESHOLD": "0.5", "NIVAA_LOW_PACKAGE_FLOOR": "3"}
    async with open_desk(hosting, **settings) as desk:
        family = await move_in(desk)
        await desk.sell(family.asha, 4, "500")
        (answer,) = await teach_many(desk, family, 1)
        assert answer["lowPackageAlert"]["remaining"] == 3


async def test_an_alert_that_cannot_be_written_fails_no_deduction(desk: Desk, database_kind: str) -> None:
    database = desk.asker.host.databases["packages"]
    if database_kind == "sqlite":
        await database.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON low_package_alert BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    else:
        await database.execute("ALTER TABLE low_package_alert ADD CONSTRAINT broken CHECK (false)")
    family = await move_in(desk)
    lot = await desk.sell(family.asha, 1, "500")
    (answer,) = await teach_many(desk, family, 1)
    assert (answer["session"]["coverage"], answer["lowPackageAlert"]) == ("PACKAGE", None)
    assert (await desk.package(lot))["usedSessions"] == 1


async def test_an_alert_that_cannot_be_written_takes_no_other_of_its_batch_with_it(
    desk: Desk, database_kind: str
) -> None:
    families = [await move_in(desk) for _ in range(3)]
    for family in families:
        await desk.sell(family.asha, 1, "500")
    database, unlucky = desk.asker.host.databases["packages"], families[1].asha
    if database_kind == "sqlite":
        await database.execute(
            f"CREATE TRIGGER broken BEFORE INSERT ON low_package_alert WHEN NEW.parent_id = '{unlucky}'"
            " BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    else:
        await database.execute(f"ALTER TABLE low_package_alert ADD CHECK (parent_id <> '{unlucky}')")
    sessions = [await desk.log(family.ira, family.meena, local("2026-09-19 17:00")) for family in families]
    query = "mutation($ids: [ID!]!) { approveSessions(ids: $ids) { outcomes { session { coverage } } } }"
    outcomes = (await desk.ask(query, ids=sessions))["approveSessions"]["outcomes"]
    assert [outcome["session"]["coverage"] for outcome in outcomes] == ["PACKAGE"] * 3
    raised = await desk.told(LowPackageRaised, 2)
    assert {str(fact.parent_id) for fact in raised} == {families[0].asha, families[2].asha}
    listed = await desk.ask("{ lowPackageAlerts { nodes { parent { id } } } }")
    assert {alert["parent"]["id"] for alert in listed["lowPackageAlerts"]["nodes"]} == {
        str(fact.parent_id) for fact in raised
    }
