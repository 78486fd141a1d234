"""Sold = used + remaining + expired; a package that disagrees with its ledger or its sessions is named."""

from datetime import timedelta
from typing import Any

import pytest

from services.packages.use_cases.expire_packages import expire_packages
from shared.auth.viewer import Role, Viewer
from shared.ids import new_id
from tests.asking import Refused
from tests.services.packages.desk import Desk, Family, local, move_in

RECONCILE = """{ packagesReconciliation { agrees packages sold used remaining expired sessionsCovered differencesCount
    differences { words sessionPackage { id } } } }"""
NUMBERS = ("packages", "sold", "used", "remaining", "expired", "sessionsCovered")


async def reconciled(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.ask(RECONCILE))["packagesReconciliation"]
    return found


async def numbers(desk: Desk) -> list[int]:
    """Of packages that agree."""
    found = await reconciled(desk)
    assert (found["agrees"], found["differences"], found["differencesCount"]) == (True, [], 0)
    return [found[name] for name in NUMBERS]


async def a_story(desk: Desk) -> tuple[Family, str]:
    """Ten sold and two used, one of them returned; then the rest expires, and five more are sold."""
    family = await move_in(desk)
    first = await desk.sell(family.asha, 10, "500", expiresOn="2026-10-05")
    await desk.teach(family.ira, family.meena, local("2026-10-01 10:00"))
    returned = await desk.teach(family.dev, family.meena, local("2026-10-02 10:00"))
    await desk.reverse(returned["session"]["id"])
    desk.clock.travel_to(local("2026-10-05 10:00") + timedelta(days=30))
    await expire_packages(desk.work())
    await desk.sell(family.asha, 5, "400")
    return family, first


async def test_all_that_was_sold_is_used_left_or_expired(desk: Desk) -> None:
    assert await numbers(desk) == [0, 0, 0, 0, 0, 0]
    await a_story(desk)
    assert await numbers(desk) == [2, 15, 1, 5, 9, 1]


async def test_a_package_that_disagrees_with_its_movements_or_sessions_is_named(desk: Desk) -> None:
    _, first = await a_story(desk)
    database = desk.asker.host.databases["packages"]
    await database.execute("UPDATE session_package SET used_sessions = 2, expired_sessions = 8 WHERE id = $1", first)
    found = await reconciled(desk)
    assert (found["agrees"], found["differencesCount"]) == (False, 1)
    (difference,) = found["differences"]
    assert difference["sessionPackage"]["id"] == first
    assert difference["words"] == (
        f"package {first}: 2 used by the package and 1 by its movements; "
        "8 expired by the package and 9 by its movements; 2 used by the package and 1 sessions covered"
    )


@pytest.mark.parametrize("role", [Role.PARENT, Role.TUTOR])
async def test_it_is_for_coordinators(desk: Desk, role: Role) -> None:
    viewer = Viewer(str(new_id()), role)
    with pytest.raises(Refused) as refused:
        await desk.ask(RECONCILE, viewer)
    assert refused.value.code == "FORBIDDEN"
