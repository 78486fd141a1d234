"""Who the viewer is, and where they can go."""

from uuid import uuid4

import pytest

from services.gateway.component import COMPONENT
from shared.auth.viewer import MONEY_READ, Role, Viewer
from tests.asking import Asker, Refused
from tests.conftest import Hosting

NAVIGATION = "{ viewer { navigation { key enabled reason } freeze { frozen reason workspaces } } }"


@pytest.mark.parametrize("role", [Role.PARENT, Role.TUTOR])
async def test_the_viewer_is_a_person_by_reference(gateway: Asker, role: Role) -> None:
    viewer = Viewer(str(uuid4()), role)
    query = "{ viewer { role workspace person { __typename ... on Parent { id } ... on Tutor { id } } } }"
    data = await gateway.ask("gateway", query, viewer)
    person = {"__typename": role.value.capitalize(), "id": viewer.subject}
    assert data == {"viewer": {"role": role.name, "workspace": role.name, "person": person}}


async def test_a_service_has_neither_person_nor_workspace(gateway: Asker) -> None:
    query = "{ viewer { role workspace person { __typename } navigation { key } } }"
    data = await gateway.ask("gateway", query, Viewer("importer", Role.SERVICE))
    assert data == {"viewer": {"role": "SERVICE", "workspace": None, "person": None, "navigation": []}}


@pytest.mark.parametrize("role", [Role.PARENT, Role.TUTOR, Role.COORDINATOR])
async def test_billing_items_are_disabled_while_the_workspace_is_frozen(gateway: Asker, role: Role) -> None:
    viewer = (await gateway.ask("gateway", NAVIGATION, Viewer(str(uuid4()), role)))["viewer"]
    first, *billing = viewer["navigation"]
    assert first["enabled"]
    assert first["reason"] is None
    assert billing
    assert all(not item["enabled"] and item["reason"] == "BETA_FREEZE" for item in billing)
    workspaces = ["PARENT", "TUTOR", "COORDINATOR"]
    assert viewer["freeze"] == {"frozen": True, "reason": "BETA_FREEZE", "workspaces": workspaces}


async def test_a_workspace_that_is_not_frozen_has_all_items(hosting: Hosting) -> None:
    async with hosting([COMPONENT], NIVAA_FREEZE="tutor") as asker:
        parent = (await asker.ask("gateway", NAVIGATION, Viewer(str(uuid4()), Role.PARENT)))["viewer"]
        tutor = (await asker.ask("gateway", NAVIGATION, Viewer(str(uuid4()), Role.TUTOR)))["viewer"]
    assert all(item["enabled"] for item in parent["navigation"])
    assert parent["freeze"] == {"frozen": False, "reason": None, "workspaces": ["TUTOR"]}
    assert not all(item["enabled"] for item in tutor["navigation"])


async def test_who_may_read_money_is_not_frozen(gateway: Asker) -> None:
    reader = Viewer(str(uuid4()), Role.COORDINATOR, frozenset({MONEY_READ}))
    assert not (await gateway.ask("gateway", NAVIGATION, reader))["viewer"]["freeze"]["frozen"]


async def test_the_limits_are_settings(hosting: Hosting) -> None:
    async with hosting([COMPONENT], GATEWAY_QUERY_FIELDS=2) as asker:
        assert await asker.ask("gateway", "{ viewer { role } }")
        with pytest.raises(Refused) as refused:
            await asker.ask("gateway", "{ viewer { role workspace } }")
    assert refused.value.code == "TOO_COMPLEX"


async def test_the_schema_may_be_kept_to_oneself(hosting: Hosting) -> None:
    async with hosting([COMPONENT], NIVAA_INTROSPECTION="false") as asker:
        assert await asker.ask("gateway", "{ __typename viewer { role } }")
        for query in (
            "{ __schema { queryType { name } } }",
            '{ viewer { role } ... { __type(name: "Query") { name } } }',
        ):
            with pytest.raises(Refused) as refused:
                await asker.ask("gateway", query)
            assert refused.value.code == "INTROSPECTION_OFF"
