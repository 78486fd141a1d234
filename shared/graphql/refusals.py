"""The one way an error reaches a client: a code from the closed list, and nothing that was not meant for it."""

import re

import structlog
from graphql import GraphQLError
from strawberry.extensions import MaskErrors

from shared.database.outage import refusal_for
from shared.errors import TooComplex

log = structlog.get_logger()

INTERNAL = "INTERNAL"
NOT_GRAPHQL = "GRAPHQL_INVALID"
"""The document itself is at fault: it does not parse, or does not fit the schema."""


_LIMITS = re.compile(r"Parsing aborted\.$|introspection depth")
"""How libraries say that a document is too large."""


def code_of_text(message: str) -> str:
    """The code of an error that a document itself is to blame for."""
    return TooComplex.code if _LIMITS.search(message) else NOT_GRAPHQL


class Refusals(MaskErrors):
    """Refusals keep their message and details, outages become one; faults of ours are logged and become INTERNAL."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=lambda _: True)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        return masked(error)


def masked(error: GraphQLError) -> GraphQLError:
    """As clients are told of it."""
    cause = _cause(error)
    if cause is None:
        return _located(error, error.message, {"code": code_of_text(error.message), **(error.extensions or {})})
    if refusal := refusal_for(cause):
        if refusal is not cause:
            log.warning("resolver could not ask", path=error.path, error=repr(cause))
        return _located(error, refusal.message, {"code": refusal.code, **refusal.details})
    log.error("resolver failed", path=error.path, exc_info=cause)
    return _located(error, "something went wrong on our side", {"code": INTERNAL})


def _cause(error: GraphQLError) -> Exception | None:
    """What was raised: graphql-core wraps it, twice where an argument's value is to blame."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _located(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
