"""`python -m tests.federation.fuzz SEED OPERATIONS [small] [alone]`: what differs in them, or the first of it `small`.

`alone` asks ours only, which takes a third of the time.
"""

import asyncio
import sys
from collections import Counter

from tests.federation.fuzz.compared import Comparison, comparisons, open_bench
from tests.federation.fuzz.making import make_world
from tests.federation.fuzz.printing import composed_sdl
from tests.federation.fuzz.reduced import reduced

_WIDTH = 1_500
"""Of a line; answers can be long."""


async def main(seed: int, operations: int, *, small: bool, is_alone: bool) -> None:
    tally = Counter[str]()
    async with open_bench(is_alone=is_alone) as bench:
        async for world in comparisons(bench, seed, operations):
            for one in world:
                tally += counted(one)
                if not one.is_right or one.is_alone:
                    show(str(one))
                if small and not one.is_right:
                    smaller, found = await reduced(bench, make_world(one.seed), one.asked, lambda it: not it.is_right)
                    show("\n".join(f"\n# {name}\n{composed_sdl(smaller, name)}" for name in smaller.subgraphs))
                    show(str(found))
                    return
    show(str(dict(tally)))


def counted(one: Comparison) -> Counter[str]:
    others = {f"{name} differs": not answer.agrees_with(one.oracle) for name, answer in one.peers.items()}
    facts = {"ours differs": not one.is_right, "ours alone": one.is_alone, "with errors": bool(one.oracle.errors)}
    return Counter({"operations": 1, one.asked.kind: 1, **facts, **others})


def show(text: str) -> None:
    sys.stdout.write("".join(f"{line[:_WIDTH]}\n" for line in text.split("\n")))


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), small="small" in sys.argv, is_alone="alone" in sys.argv))
