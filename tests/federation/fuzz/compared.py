"""Worlds, and what every gateway answers in them."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

from graphql import DocumentNode, GraphQLSchema, build_schema

from services.gateway.federation import Engine, load_supergraph
from services.gateway.standalone import LIMITS
from tests.federation.fuzz.answers import Answer, ask_engine, ask_schema
from tests.federation.fuzz.chance import Chance
from tests.federation.fuzz.making import make_world
from tests.federation.fuzz.operations import Asked, make_operation
from tests.federation.fuzz.peers import Peers, PeersLost, open_peers
from tests.federation.fuzz.printing import composed_sdl
from tests.federation.fuzz.schemas import oracle_schema, subgraph_schema
from tests.federation.fuzz.subgraphs import FarSubgraphs, NearSubgraph, serving_subgraphs
from tests.federation.fuzz.truth import Truth
from tests.federation.fuzz.world import World

EACH_WORLD = 20
_OPERATIONS_AT_ONCE = 4
_WORLDS_AT_ONCE = 3
"""So that the peers' process works while ours does."""


@dataclass(frozen=True)
class Comparison:
    """One operation in one world: what ours, the oracle and the peers answered, as far as they did."""

    seed: int
    asked: Asked
    ours: Answer
    oracle: Answer
    peers: Mapping[str, Answer]

    @property
    def is_right(self) -> bool:
        """Ours is what the oracle says."""
        return self.ours.is_written_as(self.oracle)

    @property
    def is_alone(self) -> bool:
        """The peers agree on something else."""
        others = list(self.peers.values())
        return len(others) > 1 and others[0].agrees_with(others[1]) and not self.ours.agrees_with(others[0])

    def __str__(self) -> str:
        lines = [f"world {self.seed}: {self.asked.query} {json.dumps(self.asked.variables)}"]
        for name, one in {"ours": self.ours, "oracle": self.oracle, **self.peers}.items():
            lines.append(f"  {name:7} {json.dumps(one.data)} {'; '.join(one.errors[:2])} {sorted(map(str, one.nulls))}")
        return "\n".join(lines)


class OpenWorld:
    """A world whose subgraphs are up, with every gateway in front of them, and the oracle beside."""

    def __init__(self, world: World, engine: Engine, oracle: GraphQLSchema, peers: Peers) -> None:
        self.oracle = oracle
        self._world = world
        self._engine = engine
        self._peers = peers
        self._runs = count()

    async def compare(self, asked: Asked, document: DocumentNode) -> Comparison:
        """`document` is the operation's query, parsed."""
        name = str(next(self._runs))
        answers = await asyncio.gather(
            ask_engine(self._engine, asked, f"{name}/ours"),
            ask_schema(self.oracle, document, asked, f"{name}/oracle"),
            self._ask_peers(asked, name),
        )
        return Comparison(self._world.seed, asked, *answers)

    async def _ask_peers(self, asked: Asked, name: str) -> dict[str, Answer]:
        """Neither of them subscribes here. One that fails has no answer."""
        if asked.kind == "subscription":
            return {}
        message = {
            "world": self._world.seed,
            "runs": {"apollo": f"{name}/apollo", "hive": f"{name}/hive"},
            "query": asked.query,
            "variables": asked.variables,
            "operationName": asked.operation_name,
        }
        try:
            said = await self._peers.say(message)
        except PeersLost:
            return {}
        return {name: Answer(**one) for name, one in said.items() if "failed" not in one}


@dataclass(frozen=True)
class Bench:
    """What worlds stand on: the peers, and where these find the subgraphs."""

    peers: Peers
    subgraphs: FarSubgraphs
    address: str

    @asynccontextmanager
    async def opened(self, world: World) -> AsyncIterator[OpenWorld | None]:
        """None when the subgraphs do not compose."""
        subgraphs = [
            {"name": name, "url": f"{self.address}/{world.seed}/{name}", "sdl": composed_sdl(world, name)}
            for name in world.subgraphs
        ]
        said = await self._composed({"world": world.seed, "subgraphs": subgraphs})
        if "supergraph" not in said:
            yield None
            return
        truth = Truth(world)
        schemas = {name: subgraph_schema(world, truth, name) for name in world.subgraphs}
        engine = Engine(
            load_supergraph(said["supergraph"]), {name: NearSubgraph(one) for name, one in schemas.items()}, LIMITS
        )
        with self.subgraphs.reachable({f"/{world.seed}/{name}": one for name, one in schemas.items()}):
            yield OpenWorld(world, engine, oracle_schema(truth, build_schema(said["schema"])), self.peers)
            with suppress(PeersLost):
                await self.peers.say({"world": world.seed})

    async def _composed(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Another world may have cost the peers their process; a second time it is this one."""
        try:
            return await self.peers.say(message)
        except PeersLost:
            return await self.peers.say(message)

    async def compare(self, seed: int, operations: int) -> list[Comparison] | None:
        """As many operations in the world; None when its subgraphs do not compose."""
        async with self.opened(make_world(seed)) as world:
            if world is None:
                return None
            chance, places = Chance(seed), asyncio.Semaphore(_OPERATIONS_AT_ONCE)

            async def compare() -> Comparison:
                async with places:
                    return await world.compare(*make_operation(world.oracle, chance))

            return await asyncio.gather(*(compare() for _ in range(operations)))


@asynccontextmanager
async def open_bench() -> AsyncIterator[Bench]:
    subgraphs = FarSubgraphs()
    async with serving_subgraphs(subgraphs) as address, open_peers() as peers:
        yield Bench(peers, subgraphs, address)


async def comparisons(bench: Bench, seed: int, operations: int) -> AsyncIterator[list[Comparison]]:
    """World by world, from the seed on, until there are so many operations. The same ones every time."""
    seeds, made = count(seed), 0
    running: deque[asyncio.Task[list[Comparison] | None]] = deque()
    try:
        while made < operations:
            while len(running) < _WORLDS_AT_ONCE:
                running.append(asyncio.create_task(bench.compare(next(seeds), EACH_WORLD)))
            world = await running.popleft()
            if world is not None:
                made += len(world)
                yield world
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)
