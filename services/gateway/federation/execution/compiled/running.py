"""Running a compiled plan. The answer's bytes, or nothing when something is out of the ordinary."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import Struct, defstruct

from services.gateway.federation.errors import SubgraphUnavailable
from services.gateway.federation.execution.compiled.finishing import finishing
from services.gateway.federation.execution.compiled.joining import Joining
from services.gateway.federation.execution.compiled.representing import Irregular
from services.gateway.federation.execution.compiled.shapes import NotCompiled, ObjectShape
from services.gateway.federation.execution.compiled.shaping import shape_of
from services.gateway.federation.execution.compiled.structs import Structs, attribute, renamed
from services.gateway.federation.execution.conversation import Conversation
from services.gateway.federation.planning.plan import EntityFetch, Fetch, Plan, RootFetch
from services.gateway.federation.supergraph.model import Supergraph

_IRREGULARITIES = (Irregular, SubgraphUnavailable, msgspec.DecodeError, UnicodeError, RecursionError)
_ENCODER = msgspec.json.Encoder()


class _Step(Protocol):
    async def run(self, run: "_Run") -> None: ...


class CompiledPlan:
    """Immutable; serves any number of runs. `compile_plan` makes one."""

    def __init__(self, plan: Plan, root: ObjectShape) -> None:
        structs = Structs()
        self.root = structs.whole(root)
        self.is_begun_empty = root.source is None
        self.first = [fetch for fetch in plan.fetches if not fetch.after]
        self.followers = _followers(plan)
        self.waits_for = {fetch.id: len(fetch.after) for fetch in plan.fetches if fetch.after}
        self.steps: Mapping[int, _Step] = {
            fetch.id: _RootStep(fetch, root, structs)
            if isinstance(fetch, RootFetch)
            else _EntityStep(fetch, root, structs)
            for fetch in plan.fetches
        }
        self._is_a_line = len(self.first) == 1 and all(len(each) < 2 for each in self.followers.values())
        self._finishing = finishing(root, structs)

    async def run(self, conversation: Conversation) -> bytes | None:
        """None when the interpreter has to answer. Cancelling it cancels every request under way."""
        run = _Run(self, conversation)
        await (run.line() if self._is_a_line else run.all())
        return None if run.is_irregular else self._written(run.root)

    def _written(self, root: Any) -> bytes:
        for finish in self._finishing:
            finish(root)
        return b'{"data":' + _ENCODER.encode(root) + b"}"


def compile_plan(supergraph: Supergraph, plan: Plan) -> CompiledPlan | None:
    """None for plans that are the interpreter's alone; one that nobody has foreseen is among them."""
    try:
        return CompiledPlan(plan, shape_of(supergraph, plan))
    except NotCompiled:
        return None


class _Run:
    """One run: what has been put together so far, and which fetches still wait for how many."""

    def __init__(self, plan: CompiledPlan, conversation: Conversation) -> None:
        self.plan = plan
        self.conversation = conversation
        self.root: Any = plan.root() if plan.is_begun_empty else None
        self.is_irregular = False
        self._waits_for = dict(plan.waits_for)

    async def line(self) -> None:
        """Where there is one fetch at a time."""
        try:
            for step in self.plan.steps.values():
                await step.run(self)
        except _IRREGULARITIES:
            self.is_irregular = True

    async def all(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for fetch in self.plan.first:
                tasks.create_task(self._chain(fetch, tasks))

    async def _chain(self, fetch: Fetch, tasks: asyncio.TaskGroup) -> None:
        """A fetch, and after it what waited for it last."""
        following: Fetch | None = fetch
        while following is not None and not self.is_irregular:
            await self._step(following)
            ready = self._ready_after(following)
            following = ready[0] if ready else None
            for other in ready[1:]:
                tasks.create_task(self._chain(other, tasks))

    def _ready_after(self, fetch: Fetch) -> list[Fetch]:
        ready = []
        for follower in self.plan.followers[fetch.id]:
            self._waits_for[follower.id] -= 1
            if not self._waits_for[follower.id]:
                ready.append(follower)
        return ready

    async def _step(self, fetch: Fetch) -> None:
        """What else is under way goes on after an irregularity: the interpreter will want it."""
        try:
            await self.plan.steps[fetch.id].run(self)
        except _IRREGULARITIES:
            self.is_irregular = True


class _RootStep:
    def __init__(self, fetch: RootFetch, root: ObjectShape, structs: Structs) -> None:
        self._fetch = fetch
        self._is_all = root.source is fetch
        data = structs.whole(root) if self._is_all else structs.part(root, fetch)
        self._names = [attribute(one.key) for one in root.brought_by(fetch)]
        self._decoder = msgspec.json.Decoder(_response(data))

    async def run(self, run: _Run) -> None:
        response: Any = self._decoder.decode(await run.conversation.ask(self._fetch, {}))
        if response.errors:
            raise Irregular
        if self._is_all:
            run.root = response.data
            return
        for name in self._names:
            setattr(run.root, name, getattr(response.data, name))


class _EntityStep:
    def __init__(self, fetch: EntityFetch, root: ObjectShape, structs: Structs) -> None:
        self._fetch = fetch
        self._joinings = [Joining(call, root, structs) for call in fetch.calls]
        fields = [(attribute(one.call.alias), list[one.entity]) for one in self._joinings]  # type: ignore[name-defined]
        data = defstruct("Data", fields, rename=renamed(call.alias for call in fetch.calls), gc=False)
        self._decoder = msgspec.json.Decoder(_response(data))

    async def run(self, run: _Run) -> None:
        joined = [joining.begin(run.root) for joining in self._joinings]
        if not any(one.representations for one in joined):
            for one in joined:
                one.take([])
            return
        pairs = zip(self._joinings, joined, strict=True)
        asked = {joining.call.variable: one.representations for joining, one in pairs}
        response: Any = self._decoder.decode(await run.conversation.ask(self._fetch, asked))
        if response.errors:
            raise Irregular
        for joining, one in zip(self._joinings, joined, strict=True):
            one.take(getattr(response.data, attribute(joining.call.alias)))


def _response(data: type[Struct]) -> type[Struct]:
    return defstruct("Response", [("data", data), ("errors", Any, None)], gc=False)


def _followers(plan: Plan) -> Mapping[int, Sequence[Fetch]]:
    followers: dict[int, list[Fetch]] = defaultdict(list)
    for fetch in plan.fetches:
        for before in fetch.after:
            followers[before].append(fetch)
    return {fetch.id: followers[fetch.id] for fetch in plan.fetches}
