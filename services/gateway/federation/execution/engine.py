"""The engine: a request in, an answer out.

    text ─parse, validate─▶ document ─normalise─▶ operation ─plan─▶ plan ─run─▶ merged tree ─complete─▶ answer

What is made of texts is kept, refusals to plan too; a request whose text was seen before goes straight to the run.
There the compiled plan answers, in bytes; where it cannot, or finds the answers irregular, the interpreter does.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from graphql import DocumentNode, ExecutionResult, GraphQLError, OperationDefinitionNode, execute_sync, parse, validate

from services.gateway.federation.errors import FederationError, PlanningError, RequestError
from services.gateway.federation.execution.cache import BoundedCache
from services.gateway.federation.execution.compiled.compilation import Compilation
from services.gateway.federation.execution.completion import Completer
from services.gateway.federation.execution.conversation import Conversation, Heard, Questions
from services.gateway.federation.execution.events import events_of
from services.gateway.federation.execution.execution import Execution
from services.gateway.federation.execution.failure import Failure
from services.gateway.federation.execution.subgraph import Subgraph
from services.gateway.federation.execution.variables import VariableCheck
from services.gateway.federation.operation.cost import cost_of, page_variables
from services.gateway.federation.operation.limits import (
    Limits,
    refuse_above,
    refuse_too_large,
    refused_by_rules,
    refused_text,
)
from services.gateway.federation.operation.normal_form import (
    choose_operation,
    coerce_variables,
    condition_variables,
    normalise,
    print_operation,
)
from services.gateway.federation.operation.selection import Field
from services.gateway.federation.planning.plan import Plan, print_plan
from services.gateway.federation.planning.plan_builder import plan_operation
from services.gateway.federation.supergraph.labels import Labels, with_labels
from services.gateway.federation.supergraph.model import Supergraph

Answer = dict[str, Any]
_Place = tuple[Any, ...]
"""What is kept of a text is kept under it, its operation's name and what else decides."""
_VALIDATION_ERRORS = 20
_MOST_TEXT = 500_000
"""How many characters all texts have that are remembered: what is made of one takes a hundred times its room."""
_LABELLINGS = 16
"""How many ways to decide all labels are remembered."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation that is ready to run, any number of times, with any variables that decide the same conditions.

    `replaced` is set when another supergraph is served than the one that it was prepared for.
    """

    plan: Plan
    completer: Completer
    questions: Questions
    compilation: Compilation
    subgraphs: Mapping[str, Subgraph]
    replaced: asyncio.Event

    @property
    def kind(self) -> str:
        """`query`, `mutation` or `subscription`."""
        return self.plan.operation.kind

    @property
    def asks_for_the_schema(self) -> bool:
        return self.plan.introspection is not None

    @property
    def is_about_the_schema(self) -> bool:
        """True when no subgraph is asked: introspection and `__typename` only."""
        return not self.plan.fetches


@dataclass(frozen=True, slots=True)
class _Text:
    """What a request's text and operation name say, whatever its variables are."""

    document: DocumentNode
    operation: OperationDefinitionNode
    conditions: tuple[str, ...]
    pages: tuple[str, ...]
    variables: VariableCheck


@dataclass(frozen=True, slots=True)
class _Refused:
    """Instead of a plan. An error that is raised again would hold on to all that raised it before."""

    anew: Callable[[], FederationError]


class Engine:
    """Answers operations over one supergraph. `subgraphs` are by the names in the supergraph; `labels` decide its
    progressive overrides, anew for each request."""

    def __init__(
        self,
        supergraph: Supergraph,
        subgraphs: Mapping[str, Subgraph],
        limits: Limits | None = None,
        cached_plans: int = 512,
        labels: Labels | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._cached_plans = cached_plans
        self._labels = labels or Labels()
        self._replaced = asyncio.Event()
        self.swap(supergraph, subgraphs)

    def swap(self, supergraph: Supergraph, subgraphs: Mapping[str, Subgraph]) -> None:
        """Serves another supergraph from now on.

        What is prepared already runs on the one that it was prepared for; subscriptions end, to begin anew.
        """
        self._replaced.set()
        self._replaced = asyncio.Event()
        self.supergraph = supergraph
        self._subgraphs = subgraphs
        bounds = (self._cached_plans, _length_of_text, _MOST_TEXT)
        self._as_decided: BoundedCache[frozenset[str], Supergraph] = BoundedCache(_LABELLINGS)
        self._texts: BoundedCache[_Place, _Text] = BoundedCache(*bounds)
        self._prepared: BoundedCache[_Place, Prepared | _Refused] = BoundedCache(*bounds)
        self._costs: BoundedCache[_Place, int] = BoundedCache(*bounds)

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        context: object = None,
    ) -> Answer:
        """The answer as the client reads it; `data` is absent when the request was refused."""
        try:
            prepared = self.prepare(query, variables, operation_name)
        except RequestError as refusal:
            return {"errors": [error.formatted for error in refusal.errors]}
        return await self.run(prepared, variables, context)

    def prepare(
        self, query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None
    ) -> Prepared:
        """Raises RequestError when the request is refused, PlanningError when the supergraph cannot answer it."""
        text = self._texts.get((query, operation_name), lambda: self._read(query, operation_name))
        values: Mapping[str, Any] = variables or {}
        if not text.variables.accepts(values):
            values = self._coerced(text, values)
        self._refuse_too_costly((query, operation_name), text, values)
        labels = self._labels.decided(self.supergraph.labels)
        place = (query, operation_name, text.variables.decided(text.conditions, values), labels)
        kept = self._prepared.get(place, lambda: self._planned(text, self._coerced(text, variables or {}), labels))
        if isinstance(kept, _Refused):
            raise kept.anew()
        return kept

    def _coerced(self, text: _Text, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raises RequestError."""
        return coerce_variables(self.supergraph.api_schema, text.operation, variables)

    async def run(
        self, prepared: Prepared, variables: Mapping[str, Any] | None = None, context: object = None
    ) -> Answer:
        """Runs a query or a mutation."""
        return _read(await self.serve(prepared, variables, context))

    async def serve(
        self, prepared: Prepared, variables: Mapping[str, Any] | None = None, context: object = None
    ) -> Answer | bytes:
        """As `run`; an answer that is out of the ordinary in nothing comes as its JSON."""
        given = variables or {}
        return await _answer(prepared, given, Conversation(prepared.questions, prepared.subgraphs, given, context))

    @asynccontextmanager
    async def subscribe(
        self, prepared: Prepared, variables: Mapping[str, Any] | None = None, context: object = None
    ) -> AsyncGenerator[AsyncIterator[Answer], None]:
        """An answer for each event, within the block: leaving it ends the stream in the subgraph.

        The stream stands when the block is entered. An answer is made when it is asked for, the next event is not
        taken before: who reads slowly slows down the source, nothing piles up here. A stream that breaks off ends with
        an answer that says so, and so does one whose supergraph is served no longer.
        """
        given = variables or {}
        source = prepared.plan.fetches[0]
        request = prepared.questions.request(source, given, {}, context)

        async def answer(event: Heard) -> Answer:
            conversation = Conversation(prepared.questions, prepared.subgraphs, given, context, event)
            return _read(await _answer(prepared, given, conversation))

        async with events_of(prepared.subgraphs[source.subgraph], request, prepared.replaced) as events:
            yield (await answer(event) async for event in events)

    def explain(self, query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None) -> str:
        """The operation's normal form and its plan, to read."""
        plan = self.prepare(query, variables, operation_name).plan
        return f"{print_operation(plan.operation)}\n\n{print_plan(plan)}"

    def _refuse_too_costly(self, place: tuple[str, str | None], text: _Text, values: Mapping[str, Any]) -> None:
        pages = text.variables.decided(text.pages, values)
        cost = self._costs.get((*place, pages), lambda: self._cost_of(text, values))
        refuse_above("cost", self._limits.cost, cost)

    def _cost_of(self, text: _Text, values: Mapping[str, Any]) -> int:
        coerced = self._coerced(text, values)
        return cost_of(self.supergraph.api_schema, text.document, text.operation, coerced, self._limits)

    def _read(self, query: str, operation_name: str | None) -> _Text:
        document = self._parse(query)
        operation = choose_operation(document, operation_name)
        return _Text(
            document,
            operation,
            conditions=condition_variables(document),
            pages=page_variables(document),
            variables=VariableCheck(self.supergraph.api_schema, operation),
        )

    def _parse(self, query: str) -> DocumentNode:
        try:
            document = parse(query, max_tokens=self._limits.tokens)
        except GraphQLError as error:
            raise refused_text(error, self._limits) from error
        refuse_too_large(document, self._limits)
        errors = validate(self.supergraph.api_schema, document, max_errors=_VALIDATION_ERRORS)
        if errors:
            raise refused_by_rules(errors)
        return document

    def _planned(self, text: _Text, values: Mapping[str, Any], labels: frozenset[str]) -> Prepared | _Refused:
        """Planning counts fields and knows no clock: what it refuses it would always refuse."""
        try:
            return self._plan(text, values, labels)
        except PlanningError as error:
            return _Refused(partial(PlanningError, str(error)))
        except RequestError as error:
            return _Refused(partial(RequestError, error.errors))

    def _plan(self, text: _Text, values: Mapping[str, Any], labels: frozenset[str]) -> Prepared:
        supergraph = self._as_decided.get(labels, lambda: with_labels(self.supergraph, labels))
        operation = normalise(supergraph.api_schema, text.document, text.operation, values)
        if operation.kind == "subscription" and not operation.selections:
            raise RequestError([GraphQLError("A subscription without its field has nothing to wait for.")])
        plan = plan_operation(supergraph, operation, self._limits)
        completer = Completer(supergraph, operation)
        compilation = Compilation(supergraph, plan)
        return Prepared(plan, completer, Questions(plan), compilation, self._subgraphs, self._replaced)


def _length_of_text(place: _Place) -> int:
    return len(place[0])


def _introspect(prepared: Prepared, variables: Mapping[str, Any]) -> Mapping[Field, Any]:
    asked = prepared.plan.introspection
    if asked is None:
        return {}
    result = execute_sync(prepared.completer.schema, parse(asked.query), variable_values=dict(variables))
    assert isinstance(result, ExecutionResult)  # noqa: S101 - introspection awaits nothing
    data = result.data or {}
    return {field: data.get(key) for field, key in asked.keys.items()}


async def _answer(prepared: Prepared, variables: Mapping[str, Any], conversation: Conversation) -> Answer | bytes:
    """Bytes are the compiled plan's."""
    compiled = prepared.compilation.for_a_run()
    if compiled:
        answer = await compiled.run(conversation)
        if answer is not None:
            return answer
    execution = Execution(prepared.plan, conversation)
    await execution.run()
    return _completed(prepared.completer, execution, _introspect(prepared, variables))


def _read(answer: Answer | bytes) -> Answer:
    return msgspec.json.decode(answer, type=Answer) if isinstance(answer, bytes) else answer


def _completed(completer: Completer, execution: Execution, about_the_schema: Mapping[Field, Any]) -> Answer:
    data, errors = completer.complete(execution.data, about_the_schema)
    errors += [_formatted(failure) for failure in execution.unplaced]
    return {"data": data, "errors": errors} if errors else {"data": data}


def _formatted(failure: Failure) -> dict[str, Any]:
    """An error that explains no null has no place to name."""
    error: dict[str, Any] = {"message": failure.message}
    return {**error, "extensions": dict(failure.extensions)} if failure.extensions else error
