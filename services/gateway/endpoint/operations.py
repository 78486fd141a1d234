"""An operation as every way in runs it: prepared, for a known caller, as one answer or as many."""

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

import msgspec
import structlog

from services.gateway.domain.errors import NotPlannable, TooManyStreams
from services.gateway.endpoint.answers import Answer, with_codes
from services.gateway.endpoint.asked import Asked
from services.gateway.endpoint.documents import Documents
from services.gateway.federation import Engine, PlanningError, Prepared
from services.gateway.metrics import ANSWER_SECONDS
from services.gateway.subgraph_peers import Caller
from services.gateway.time_limit import TimeLimit
from shared.errors import IntrospectionOff, TimedOut

Result = TypeVar("Result")

log = structlog.get_logger()


class Operations:
    """`most_streams` is how many one subject may hold at a time, `seconds` how long one answer may take,
    `introspection` whether the schema is told."""

    def __init__(
        self, engine: Engine, documents: Documents, *, most_streams: int, seconds: float, introspection: bool
    ) -> None:
        self._engine = engine
        self._documents = documents
        self._own_documents = Documents()
        self._introspection = introspection
        self._most_streams = most_streams
        self._seconds = seconds
        self._time = TimeLimit(seconds)
        self._streams: Counter[str] = Counter()

    def prepare(self, asked: Asked, *, is_ours: bool = False) -> Prepared:
        """`is_ours`: this very process asks, the bot in it or a command, and trusts itself.

        Raises RequestError, IntrospectionOff, NotPlannable, and what Documents does.
        """
        documents = self._own_documents if is_ours else self._documents
        text = documents.text_of(asked.query, asked.document_id, asked.extensions)
        prepared = self._planned(text, asked)
        if prepared.asks_for_the_schema and not self._introspection:
            raise IntrospectionOff("the schema is not told here")
        return prepared

    def _planned(self, text: str, asked: Asked) -> Prepared:
        try:
            return self._engine.prepare(text, asked.variables, asked.operation_name)
        except PlanningError as error:
            log.warning("operation cannot be planned", reason=str(error), name=asked.operation_name, document=text)
            raise NotPlannable(str(error)) from error

    async def answer(self, prepared: Prepared, asked: Asked, caller: Caller | None) -> Answer:
        """The one answer of a query or a mutation. Raises TimedOut."""
        return with_codes(await self._in_time(self._engine.run(prepared, asked.variables, caller)))

    async def written(self, prepared: Prepared, asked: Asked, caller: Caller | None) -> bytes:
        """The same as JSON, which most answers are already."""
        answer = await self._in_time(self._engine.serve(prepared, asked.variables, caller))
        return answer if isinstance(answer, bytes) else msgspec.json.encode(with_codes(answer))

    async def _in_time(self, work: Awaitable[Result]) -> Result:
        try:
            with ANSWER_SECONDS.time(), self._time.begun():
                return await work
        except TimeoutError:
            raise TimedOut(f"a request may take {self._seconds:g} s", allowedSeconds=self._seconds) from None

    @asynccontextmanager
    async def answers(
        self, prepared: Prepared, asked: Asked, caller: Caller | None
    ) -> AsyncGenerator[AsyncIterator[Answer], None]:
        """However many there are, within the block."""
        if prepared.kind == "subscription":
            async with self._engine.subscribe(prepared, asked.variables, caller) as events:
                yield _with_codes(events)
        else:
            yield self._once(prepared, asked, caller)

    async def _once(self, prepared: Prepared, asked: Asked, caller: Caller | None) -> AsyncGenerator[Answer, None]:
        yield await self.answer(prepared, asked, caller)

    @contextmanager
    def stream_of(self, caller: Caller | None) -> Iterator[None]:
        """Counts as a stream of the caller's within the block. Raises TooManyStreams."""
        subject = caller.viewer.subject if caller else ""
        if self._streams[subject] >= self._most_streams:
            raise TooManyStreams(f"there are {self._most_streams} streams already; end one first")
        self._streams[subject] += 1
        try:
            yield
        finally:
            self._streams[subject] -= 1
            if not self._streams[subject]:
                del self._streams[subject]


async def _with_codes(answers: AsyncIterator[Answer]) -> AsyncGenerator[Answer, None]:
    async for answer in answers:
        yield with_codes(answer)
