"""What is asked of the subgraphs in one run, and what they answered: each question is put once.

Two executions may run the same plan, one after the other: the compiled one, and the interpreter when the answers are
out of the ordinary. The second finds the answers here that the first has had.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from services.gateway.federation.errors import SubgraphUnavailable
from services.gateway.federation.execution.subgraph import FetchRequest, Subgraph
from services.gateway.federation.planning.plan import EntityFetch, Fetch, Plan, RootFetch

Heard = bytes | SubgraphUnavailable
"""What came of a question: the answer's body, or why there is none."""
_Values = Mapping[str, object]
_ENCODER = msgspec.json.Encoder()


class Questions:
    """A plan's requests but for their values: made once, and the same bytes every time."""

    def __init__(self, plan: Plan) -> None:
        self._name = plan.operation.name
        apart = (fetch.apart for fetch in plan.fetches if isinstance(fetch, EntityFetch) and fetch.apart)
        self._heads = {fetch.id: self._head(fetch) for fetch in (*plan.fetches, *apart)}

    def _head(self, fetch: Fetch) -> bytes:
        asked = {"query": fetch.query, "operationName": self._name}
        return _ENCODER.encode(asked)[:-1] + b',"variables":'

    def request(self, fetch: Fetch, variables: _Values, representations: _Values, context: object) -> FetchRequest:
        """Of the client's variables the subgraph gets those that it needs."""
        given = {name: variables[name] for name in fetch.variables if name in variables}
        body = self._heads[fetch.id] + _ENCODER.encode({**representations, **given}) + b"}"
        changes_nothing = not isinstance(fetch, RootFetch) or fetch.kind == "query"
        return FetchRequest(body, fetch.query, self._name, changes_nothing, context)


class _Exchange(msgspec.Struct, frozen=True):
    question: bytes
    answer: Heard


class Conversation:
    """One run's. `variables` are the client's, as it sent them.

    `event` stands for the answer to a subscription's own fetch: its plan is run once an event.
    """

    def __init__(
        self,
        questions: Questions,
        subgraphs: Mapping[str, Subgraph],
        variables: Mapping[str, Any],
        context: object,
        event: Heard | None = None,
    ) -> None:
        self._questions = questions
        self._subgraphs = subgraphs
        self._variables = variables
        self._context = context
        self._event = event
        self._known: dict[int, _Exchange] = {}

    async def ask(self, fetch: Fetch, representations: _Values) -> bytes:
        """The answer's body. Raises SubgraphUnavailable, also when asked again."""
        if self._event is not None and isinstance(fetch, RootFetch) and fetch.kind == "subscription":
            return _body(self._event)
        request = self._questions.request(fetch, self._variables, representations, self._context)
        known = self._known.get(fetch.id)
        if known is None or known.question != request.body:
            known = self._known[fetch.id] = _Exchange(request.body, await self._answer(fetch, request))
        return _body(known.answer)

    async def _answer(self, fetch: Fetch, request: FetchRequest) -> Heard:
        try:
            return await self._subgraphs[fetch.subgraph].fetch(request)
        except SubgraphUnavailable as error:
            return error


def _body(heard: Heard) -> bytes:
    if isinstance(heard, SubgraphUnavailable):
        raise heard
    return heard
