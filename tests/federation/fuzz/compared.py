"""Worlds, and what every gateway answers in them."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from graphql import DocumentNode

from services.gateway.federation import Engine, PlanningError, RequestError, load_supergraph
from services.gateway.standalone import LIMITS
from services.gateway.subgraph_peers import HttpSubgraph
from tests.federation.fuzz.answers import Answer, ask_engine, ask_engine_once, ask_schema
from tests.federation.fuzz.chance import Chance
from tests.federation.fuzz.dependence import Dependence, Need
from tests.federation.fuzz.making import make_world
from tests.federation.fuzz.operations import Asked, make_operation
from tests.federation.fuzz.outages import WAYS, FallibleSubgraph, Outage, open_downs
from tests.federation.fuzz.peers import Peers, PeersLost, open_peers
from tests.federation.fuzz.printing import composed_sdl
from tests.federation.fuzz.readings import Reading
from tests.federation.fuzz.schemas import Oracle, make_oracle, subgraph_schema
from tests.federation.fuzz.subgraphs import FarSubgraphs, NearSubgraph, serving_subgraphs
from tests.federation.fuzz.truth import Truth
from tests.federation.fuzz.verdicts import Expected, Failures, in_outage, unfounded
from tests.federation.fuzz.world import World

EACH_WORLD = 20
_OPERATIONS_AT_ONCE = 4
_WORLDS_AT_ONCE = 3
"""So that the peers' process works while ours does."""


@dataclass(frozen=True)
class Comparison:
    """One operation in one world: what ours, the oracle and the peers answered, as far as they did; what is wrong with
    our errors, or with our answer in the outage.
    """

    seed: int
    asked: Asked
    ours: Answer
    oracle: Answer
    peers: Mapping[str, Answer]
    complaints: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Ours is what the oracle says."""
        return self.ours.is_written_as(self.oracle) and not self.complaints

    @property
    def is_alone(self) -> bool:
        """The peers agree on something else."""
        others = list(self.peers.values())
        return len(others) > 1 and others[0].agrees_with(others[1]) and not self.ours.agrees_with(others[0])

    def __str__(self) -> str:
        lines = [f"world {self.seed}: {self.asked.query} {json.dumps(self.asked.variables)}"]
        for name, one in {"ours": self.ours, "oracle": self.oracle, **self.peers}.items():
            lines.append(f"  {name:7} {json.dumps(one.data)} {'; '.join(one.errors[:2])} {sorted(map(str, one.nulls))}")
        return "\n".join([*lines, *(f"  {one}" for one in self.complaints)])


class OpenWorld:
    """A world whose subgraphs are up, with every gateway in front of them, and the oracle beside."""

    def __init__(self, world: World, engine: Engine, oracle: Oracle, peers: Peers | None) -> None:
        self.schema = oracle.strict
        self._oracle = oracle
        self._world = world
        self._engine = engine
        self._peers = peers
        self._runs = count()

    def in_an_outage(self, asked: Asked, chance: Chance) -> Asked:
        """Of one of the subgraphs that ours would ask."""
        try:
            plan = self._engine.prepare(asked.query, asked.variables, asked.operation_name).plan
        except (PlanningError, RequestError):
            return asked
        subgraphs = sorted({one.subgraph for one in plan.fetches})
        return replace(asked, outage=Outage(chance.one(subgraphs), chance.one(WAYS))) if subgraphs else asked

    async def compare(self, asked: Asked, document: DocumentNode) -> Comparison:
        """`document` is the operation's query, parsed."""
        name = str(next(self._runs))
        ours, oracle, peers = await asyncio.gather(
            ask_engine(self._engine, asked, f"{name}/ours"),
            ask_schema(self._oracle.strict, document, asked, f"{name}/oracle"),
            self._ask_peers(asked, name),
        )
        complaints = [one async for one in self._complaints(asked, document, name, ours, oracle)]
        return Comparison(self._world.seed, asked, ours, oracle, peers, tuple(complaints))

    async def _complaints(
        self, asked: Asked, document: DocumentNode, name: str, ours: Answer, oracle: Answer
    ) -> AsyncIterator[str]:
        failures: Failures = {}
        if ours.told or oracle.told or asked.outage:
            failures = await self._failures(asked, document, f"{name}/failures")
        for one in unfounded(ours.told, ours.data, failures):
            yield one
        if asked.outage and ours.is_written_as(oracle):
            left = await ask_engine_once(self._engine, asked, f"{name}/left", asked.outage)
            expected = await self._expected(asked, document, name, oracle.data, failures)
            if asked.kind == "subscription" and len(left.data) == 1:
                expected = expected.of_one_event()
            found = list(in_outage(left, expected))
            if found:
                yield f"{asked.outage}: {json.dumps(left.data)} {[(one.place, one.message) for one in left.told]}"
            for one in found:
                yield one

    async def _failures(self, asked: Asked, document: DocumentNode, run: str) -> Failures:
        reading = Reading()
        answer = await ask_schema(self._oracle.lenient, document, asked, run, reading)
        return {one.place: reading.told.get(one.place) for one in answer.told if one.place}

    async def _expected(
        self, asked: Asked, document: DocumentNode, name: str, whole: Any, failures: Failures
    ) -> Expected:
        assert asked.outage
        dependence = Dependence(self._world, asked.outage.subgraph)
        finding = Reading(dependence, frozenset({Need.SURELY}))
        await ask_schema(self._oracle.lenient, document, asked, f"{name}/lost", finding)
        most, least = [
            await ask_schema(
                self._oracle.strict, document, asked, f"{name}/{run}", Reading(dependence, frozenset(fails_for))
            )
            for run, fails_for in (("most", {Need.SURELY}), ("least", {Need.SURELY, Need.MAYBE}))
        ]
        return Expected(whole, most.data, least.data, finding.lost, failures)

    async def _ask_peers(self, asked: Asked, name: str) -> dict[str, Answer]:
        """Neither of them subscribes here. One that fails has no answer."""
        if asked.kind == "subscription" or self._peers is None:
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
    """What worlds stand on: the peers, where these find the subgraphs, and what stands for ours that are down.

    `is_alone`: the peers only compose, and are asked nothing.
    """

    peers: Peers
    subgraphs: FarSubgraphs
    address: str
    downs: Mapping[str, HttpSubgraph]
    is_alone: bool

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
        near = {name: FallibleSubgraph(name, NearSubgraph(one), self.downs) for name, one in schemas.items()}
        engine = Engine(load_supergraph(said["supergraph"]), near, LIMITS)
        with self.subgraphs.reachable({f"/{world.seed}/{name}": one for name, one in schemas.items()}):
            yield OpenWorld(world, engine, make_oracle(truth, said["schema"]), None if self.is_alone else self.peers)
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
            chance, mishaps, places = Chance(seed), Chance(seed), asyncio.Semaphore(_OPERATIONS_AT_ONCE)

            async def compare() -> Comparison:
                async with places:
                    asked, document = make_operation(world.schema, chance)
                    return await world.compare(world.in_an_outage(asked, mishaps), document)

            return await asyncio.gather(*(compare() for _ in range(operations)))


@asynccontextmanager
async def open_bench(*, is_alone: bool = False) -> AsyncIterator[Bench]:
    subgraphs = FarSubgraphs()
    async with serving_subgraphs(subgraphs) as address, open_peers() as peers, open_downs() as downs:
        yield Bench(peers, subgraphs, address, downs, is_alone)


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
