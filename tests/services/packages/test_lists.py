"""A list of sessions reads what its rows refer to before it answers them: no row waits for itself."""

from typing import Any

import pytest

from shared.graphql.execution import ByPlans
from tests.services.packages.desk import Desk, local, move_in

TAUGHT = "fragment Taught on Session { id child { name } parent { name } }"
LISTS = [
    "{ sessions { nodes { id child { name } parent { name } tutor { name } } } }",
    f"{TAUGHT} {{ sessions {{ edges {{ node {{ ...Taught ... on Session {{ tutor {{ name }} }} }} }} }} }}",
]


@pytest.mark.parametrize("query", LISTS, ids=["nodes", "edges and fragments"])
async def test_what_a_list_refers_to_is_at_hand(desk: Desk, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    family = await move_in(desk)
    for child, tutor, hour in ((family.ira, family.meena, 10), (family.dev, family.omar, 12)):
        await desk.log(child, tutor, local(f"2026-09-19 {hour}:00"))
    asked: list[str] = []
    ordinary = ByPlans.execute_field

    def noting(self: Any, parent_type: Any, source: Any, field: Any, *rest: Any) -> Any:
        asked.append(field[0].node.name.value)
        return ordinary(self, parent_type, source, field, *rest)

    monkeypatch.setattr(ByPlans, "execute_field", noting)
    sessions = (await desk.ask(query))["sessions"]
    rows = sessions.get("nodes") or [edge["node"] for edge in sessions["edges"]]
    names = [[row[of]["name"] for of in ("child", "parent", "tutor")] for row in rows]
    assert names == [["Dev", "Asha Rao", "Omar"], ["Ira", "Asha Rao", "Meena"]]
    assert {"child", "parent", "tutor"} & set(asked) == set()
