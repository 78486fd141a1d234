"""What can go wrong in the engine.

FederationError
├─ SupergraphError      the supergraph's SDL cannot be loaded
├─ PlanningError        no subgraph can deliver a field: the supergraph and the plan disagree
├─ RequestError         the client's request is refused before anything is fetched
└─ SubgraphUnavailable  raised by a `Subgraph` that cannot answer; its fields become null, the rest comes
"""

from collections.abc import Sequence

from graphql import GraphQLError

UNAVAILABLE = "UPSTREAM_UNAVAILABLE"
TOO_COMPLEX = "TOO_COMPLEX"
SUPERGRAPH_CHANGED = "SUPERGRAPH_CHANGED"


class FederationError(Exception):
    """The root of the engine's errors."""


class SupergraphError(FederationError):
    """The text is not a supergraph of a known join version."""


class PlanningError(FederationError):
    """Some fields of a valid operation cannot be reached in any subgraph."""


class RequestError(FederationError):
    """Syntax, validation, variables or limits; `errors` are shown to the client."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = tuple(errors)


class SubgraphUnavailable(FederationError):
    """The subgraph did not answer, or not with a GraphQL response."""
