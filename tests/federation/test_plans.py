"""Plans as text: `plans/NAME.graphql` and next to it `NAME.plan`, the plan that it must give.

`UPDATE_PLANS=1` writes the plans anew; what changed is then to be read in the diff.
"""

import os
from pathlib import Path

import pytest

from tests.federation.shop import Shop

OPERATIONS = sorted((Path(__file__).parent / "plans").glob("*.graphql"))


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_the_plan_is_the_one_on_record(path: Path) -> None:
    variables = {"first": 2, "loud": True}
    plan = Shop().engine.explain(path.read_text(), variables)
    record = path.with_suffix(".plan")
    if os.environ.get("UPDATE_PLANS"):
        record.write_text(plan + "\n")
    assert plan + "\n" == record.read_text()


def test_planning_twice_gives_the_same_bytes() -> None:
    for path in OPERATIONS:
        assert Shop().engine.explain(path.read_text(), {"first": 2, "loud": True}) == Shop().engine.explain(
            path.read_text(), {"first": 2, "loud": True}
        )
