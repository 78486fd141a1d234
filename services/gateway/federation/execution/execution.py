"""Running a plan: each fetch as soon as those it waits for are done, merged into one tree as the answers come.

Nothing here knows the client's types; that the tree becomes an answer is completion's work.
"""

import asyncio
from collections.abc import Iterable, Mapping

from services.gateway.federation.errors import UNAVAILABLE, SubgraphUnavailable
from services.gateway.federation.execution.answers import add_entities, add_root, errors_of_no_call
from services.gateway.federation.execution.conversation import Conversation
from services.gateway.federation.execution.failure import Failure
from services.gateway.federation.execution.merging import Object, gather
from services.gateway.federation.execution.renaming import with_own_keys
from services.gateway.federation.execution.representations import Batch, batch
from services.gateway.federation.execution.subgraph import SubgraphResponse, read_response
from services.gateway.federation.planning.plan import EntityCall, EntityFetch, Fetch, Plan, RootFetch


class Execution:
    """One run of one plan. `data` is the merged tree, `unplaced` are errors that explain no null in it."""

    def __init__(self, plan: Plan, conversation: Conversation) -> None:
        self.plan = plan
        self.conversation = conversation
        self.data: Object = {}
        self.unplaced: list[Failure] = []

    async def run(self) -> None:
        """Cancelling it cancels every request under way."""
        if len(self.plan.fetches) == 1:
            await self._run(self.plan.fetches[0])
            return
        tasks: dict[int, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            for fetch in self.plan.fetches:
                before = [tasks[fetch_id] for fetch_id in fetch.after]
                tasks[fetch.id] = group.create_task(self._run_after(before, fetch))

    async def _run_after(self, before: Iterable[asyncio.Task[None]], fetch: Fetch) -> None:
        for task in before:
            await task
        await self._run(fetch)

    async def _run(self, fetch: Fetch) -> None:
        if isinstance(fetch, RootFetch):
            await self._run_root(fetch)
        else:
            await self._run_entities(fetch)

    async def _run_root(self, fetch: RootFetch) -> None:
        owners = gather(self.data, fetch.path)
        if owners:
            self.unplaced += add_root(owners, fetch.selections, await self._ask(fetch, {}))

    async def _run_entities(self, fetch: EntityFetch) -> None:
        batches = [batch(self.data, call) for call in fetch.calls]
        await self._join(fetch, batches)
        if fetch.apart and any(asked.dropped for asked in batches):
            await self._join(fetch.apart, self._parted(fetch.calls, batches))

    def _parted(self, calls: Iterable[EntityCall], batches: Iterable[Batch]) -> list[Batch]:
        """Of the objects that lack something those parts of a call that do not need it."""
        return [
            batch(self.data, part, {id(owner) for owner, _ in asked.dropped})
            for call, asked in zip(calls, batches, strict=True)
            for part in call.parts
        ]

    async def _join(self, fetch: EntityFetch, batches: list[Batch]) -> None:
        response = SubgraphResponse({call.alias: [] for call in fetch.calls}, [])
        if any(asked.representations for asked in batches):
            pairs = zip(fetch.calls, batches, strict=True)
            response = await self._ask(fetch, {call.variable: asked.representations for call, asked in pairs})
        for call, asked in zip(fetch.calls, batches, strict=True):
            self.unplaced += add_entities(call, asked, response)
        self.unplaced += errors_of_no_call(fetch.calls, response)

    async def _ask(self, fetch: Fetch, representations: Mapping[str, list[Object]]) -> SubgraphResponse:
        try:
            response = read_response(await self.conversation.ask(fetch, representations))
            return with_own_keys(response, fetch.renames)
        except SubgraphUnavailable as error:
            return _unavailable(fetch, error)


def _unavailable(fetch: Fetch, error: SubgraphUnavailable) -> SubgraphResponse:
    """Stands for the answer that did not come."""
    message = f"The service '{fetch.subgraph}' is unavailable: {error}."
    return SubgraphResponse(None, [{"message": message, "extensions": {"code": UNAVAILABLE}}])
