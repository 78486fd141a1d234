"""Ours, @apollo/gateway and @graphql-hive/gateway over made-up supergraphs: the same data, and errors where they have.

One server that holds everything says what is right; the peers say what is usual. Where node or the peers' packages are
missing this is skipped: `npm ci` in this folder, `make nightly` for more of it.
"""

import os

import pytest

from tests.federation.fuzz.compared import differences, is_available, peers

OPERATIONS = int(os.environ.get("FUZZ_OPERATIONS", "500"))
EACH_WORLD = 20
FIRST_SEED = int(os.environ.get("FUZZ_SEED", "1000"))


@pytest.mark.skipif(not is_available(), reason="node and tests/federation/fuzz's packages")
@pytest.mark.timeout(0)
async def test_ours_answers_as_the_oracle_and_the_peers_do() -> None:
    found, asked, seed = [], 0, FIRST_SEED
    async with peers() as others:
        while asked < OPERATIONS:
            differing = await differences(seed, EACH_WORLD, others)
            seed += 1
            asked += 0 if differing is None else EACH_WORLD
            found += differing or []
    assert "\n".join(map(str, found)) == ""
