"""Plans as text: `plans/NAME.graphql` and next to it `NAME.plan`, the plan that it must give.

They are for the shop, or for the `supergraph.graphql` of their folder, which is written as @apollo/composition does.

`UPDATE_PLANS=1` writes the plans anew; what changed is then to be read in the diff.
"""

import os
from pathlib import Path

import pytest

from services.gateway.federation import Engine, PlanningError, load_supergraph
from tests.federation.shop import Shop

FOLDER = Path(__file__).parent / "plans"
OPERATIONS = sorted(path for path in FOLDER.rglob("*.graphql") if path.stem != "supergraph")
VARIABLES = {"first": 2, "loud": True}


def explained(path: Path) -> str:
    supergraph = path.with_name("supergraph.graphql")
    engine = Engine(load_supergraph(supergraph.read_text()), {}) if supergraph.exists() else Shop().engine
    return engine.explain(path.read_text(), VARIABLES)


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.relative_to(FOLDER).with_suffix("").as_posix())
def test_the_plan_is_the_one_on_record(path: Path) -> None:
    plan = explained(path)
    record = path.with_suffix(".plan")
    if os.environ.get("UPDATE_PLANS"):
        record.write_text(plan + "\n")
    assert plan + "\n" == record.read_text()


def test_planning_twice_gives_the_same_bytes() -> None:
    for path in OPERATIONS:
        assert explained(path) == explained(path)


@pytest.mark.parametrize(
    "query", ['{ node(id: "u1") { id } }', '{ node(id: "u1") { id ... on Chat { id } } }', "{ lost { note } }"]
)
def test_what_no_subgraph_can_tell_of_all_types_is_refused(query: str) -> None:
    """Each subgraph knows the id of one type; put together, their answers might be those of two objects."""
    engine = Engine(load_supergraph((FOLDER / "ambiguous" / "supergraph.graphql").read_text()), {})
    with pytest.raises(PlanningError):
        engine.prepare(query)
