"""Ours, @apollo/gateway and @graphql-hive/gateway over made-up supergraphs: the same data, and errors where they have.

One server that holds everything says what is right, to the order of the fields and the places of the errors; ours
always has to answer so, and to lose no more than it must when a subgraph is down. The peers have to in most cases:
where they do not, `python -m tests.federation.fuzz` shows what they make of it, and the engine's README tells which
differences are meant. Without node or the peers' packages this is skipped (`npm ci` in this folder).
"""

import os

import pytest

from tests.federation.fuzz.compared import Comparison, comparisons, open_bench
from tests.federation.fuzz.peers import is_available

OPERATIONS = int(os.environ.get("FUZZ_OPERATIONS", "500"))
SEED = int(os.environ.get("FUZZ_SEED", "1000"))
PARTS = 2
APART = 100_000
"""Seeds between the parts, which have no world in common."""
USUAL_SHARE = 0.7
"""A peer that agrees less often is not asked what we believe it is."""


@pytest.mark.skipif(not is_available(), reason="node and tests/federation/fuzz's packages")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
async def test_ours_answers_as_one_server_does_and_the_peers_mostly(part: int) -> None:
    async with open_bench() as bench:
        worlds = comparisons(bench, SEED + part * APART, OPERATIONS // PARTS)
        found = [one async for world in worlds for one in world]
    assert "\n".join(str(one) for one in found if not one.is_right) == ""
    assert _agreeing(found, "apollo") > USUAL_SHARE
    assert _agreeing(found, "hive") > USUAL_SHARE


def _agreeing(found: list[Comparison], peer: str) -> float:
    """The share of the peer's answers that are ours."""
    answered = [one.peers[peer].agrees_with(one.ours) for one in found if peer in one.peers]
    return sum(answered) / len(answered)
