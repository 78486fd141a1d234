"""`python -m tests.federation.fuzz FIRST_SEED WORLDS OPERATIONS`: worlds in a row, and what differs in them."""

import asyncio
import sys

from tests.federation.fuzz.compared import differences, peers

_WIDTH = 1_000
"""Of a line; answers can be long."""


async def main(first: int, worlds: int, operations: int) -> None:
    composed = found = 0
    async with peers() as others:
        for seed in range(first, first + worlds):
            differing = await differences(seed, operations, others)
            composed += differing is not None
            for one in differing or ():
                found += 1
                print("\n".join(line[:_WIDTH] for line in str(one).split("\n")))
    print(f"{composed} of {worlds} worlds composed, {composed * operations} operations, {found} differences")


asyncio.run(main(*map(int, sys.argv[1:])))
