"""The engine: a request in, an answer out.

    text ─parse, validate─▶ document ─normalise─▶ operation ─plan─▶ plan ─run─▶ merged tree ─complete─▶ answer

Documents and plans are kept; a request seen before goes straight from its text to the run.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLError, OperationDefinitionNode, execute_sync, parse, validate

from services.gateway.federation.errors import RequestError, SubgraphUnavailable
from services.gateway.federation.execution.cache import BoundedCache
from services.gateway.federation.execution.completion import Completer
from services.gateway.federation.execution.execution import Execution, request_of, unavailable
from services.gateway.federation.execution.failure import Failure
from services.gateway.federation.execution.subgraph import Subgraph, SubgraphResponse, read_response
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
from services.gateway.federation.planning.plan import Fetch, Plan, print_plan
from services.gateway.federation.planning.plan_builder import plan_operation
from services.gateway.federation.supergraph.model import Supergraph

Answer = dict[str, Any]
_VALIDATION_ERRORS = 20


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation that is ready to run, any number of times, with any variables that decide the same conditions."""

    plan: Plan
    completer: Completer

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
class _Document:
    ast: DocumentNode
    conditions: tuple[str, ...]
    pages: tuple[str, ...]


class Engine:
    """Answers operations over one supergraph. `subgraphs` are by the names in the supergraph."""

    def __init__(
        self,
        supergraph: Supergraph,
        subgraphs: Mapping[str, Subgraph],
        limits: Limits | None = None,
        cached_plans: int = 512,
    ) -> None:
        self.supergraph = supergraph
        self._subgraphs = subgraphs
        self._limits = limits or Limits()
        self._documents: BoundedCache[_Document] = BoundedCache(cached_plans)
        self._prepared: BoundedCache[Prepared] = BoundedCache(cached_plans)
        self._costs: BoundedCache[int] = BoundedCache(cached_plans)

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
        document = self._documents.get(query, lambda: self._parse(query))
        operation = choose_operation(document.ast, operation_name)
        values = coerce_variables(self.supergraph.api_schema, operation, variables or {})
        self._refuse_too_costly(query, document, operation, values)
        decided = tuple(values.get(name) for name in document.conditions)
        return self._prepared.get((query, operation_name, decided), lambda: self._plan(document.ast, operation, values))

    async def run(
        self, prepared: Prepared, variables: Mapping[str, Any] | None = None, context: object = None
    ) -> Answer:
        """Runs a query or a mutation."""
        execution = Execution(prepared.plan, self._subgraphs, variables or {}, context)
        if prepared.plan.introspection:
            execution.data.update(self._introspect(prepared.plan.introspection, variables or {}))
        await execution.run()
        return _answer(prepared.completer, execution)

    @asynccontextmanager
    async def subscribe(
        self, prepared: Prepared, variables: Mapping[str, Any] | None = None, context: object = None
    ) -> AsyncGenerator[AsyncIterator[Answer], None]:
        """An answer for each event, within the block: leaving it ends the stream in the subgraph.

        The stream stands when the block is entered. An answer is made when it is asked for, the next event is not
        taken before: who reads slowly slows down the source, nothing piles up here. A stream that breaks off ends with
        an answer that says so.
        """
        plan, given = prepared.plan, variables or {}
        source = plan.fetches[0]
        async with AsyncExitStack() as stack:
            try:
                streaming = self._subgraphs[source.subgraph].subscribe(request_of(plan, source, given, context))
                events = await stack.enter_async_context(streaming)
            except SubgraphUnavailable as error:
                events = _Broken(error)

            async def answer(event: SubgraphResponse) -> Answer:
                execution = Execution(plan, self._subgraphs, given, context, event)
                await execution.run()
                return _answer(prepared.completer, execution)

            yield _answers(source, events, answer)

    def explain(self, query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None) -> str:
        """The operation's normal form and its plan, to read."""
        plan = self.prepare(query, variables, operation_name).plan
        return f"{print_operation(plan.operation)}\n\n{print_plan(plan)}"

    def _refuse_too_costly(
        self, query: str, document: _Document, operation: OperationDefinitionNode, values: Mapping[str, Any]
    ) -> None:
        schema, limits = self.supergraph.api_schema, self._limits
        name = operation.name.value if operation.name else None
        pages = tuple(size if isinstance(size := values.get(each), int) else None for each in document.pages)
        cost = self._costs.get((query, name, pages), lambda: cost_of(schema, document.ast, operation, values, limits))
        refuse_above("cost", limits.cost, cost)

    def _parse(self, query: str) -> _Document:
        try:
            ast = parse(query, max_tokens=self._limits.tokens)
        except GraphQLError as error:
            raise refused_text(error, self._limits) from error
        refuse_too_large(ast, self._limits)
        errors = validate(self.supergraph.api_schema, ast, max_errors=_VALIDATION_ERRORS)
        if errors:
            raise refused_by_rules(errors)
        return _Document(ast, condition_variables(ast), page_variables(ast))

    def _plan(self, ast: DocumentNode, definition: OperationDefinitionNode, values: Mapping[str, Any]) -> Prepared:
        operation = normalise(self.supergraph.api_schema, ast, definition, values)
        if operation.kind == "subscription" and not operation.selections:
            raise RequestError([GraphQLError("A subscription without its field has nothing to wait for.")])
        return Prepared(plan_operation(self.supergraph, operation), Completer(self.supergraph, operation))

    def _introspect(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        result = execute_sync(self.supergraph.api_schema, parse(query), variable_values=dict(variables))
        assert isinstance(result, ExecutionResult)  # noqa: S101 - introspection awaits nothing
        return result.data or {}


async def _answers(
    source: Fetch, events: AsyncIterator[bytes], answer: Callable[[SubgraphResponse], Awaitable[Answer]]
) -> AsyncGenerator[Answer, None]:
    while True:
        try:
            event = read_response(await anext(events))
        except StopAsyncIteration:
            return
        except SubgraphUnavailable as error:
            yield await answer(unavailable(source, error))
            return
        yield await answer(event)


class _Broken:
    """The events of a stream that never stood."""

    def __init__(self, error: SubgraphUnavailable) -> None:
        self._error = error

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        raise self._error


def _answer(completer: Completer, execution: Execution) -> Answer:
    data, errors = completer.complete(execution.data)
    errors += [_formatted(failure) for failure in execution.unplaced]
    return {"data": data, "errors": errors} if errors else {"data": data}


def _formatted(failure: Failure) -> dict[str, Any]:
    """An error that explains no null has no place to name."""
    error: dict[str, Any] = {"message": failure.message}
    return {**error, "extensions": dict(failure.extensions)} if failure.extensions else error
