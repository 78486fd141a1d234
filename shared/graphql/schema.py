"""A federation subgraph: its caches, its limits, its masks.

The validation rules are classes made once: made anew for each request, as strawberry's own limiter extensions do,
they would be other keys of the validation cache every time, and every request would be validated again.
"""

from collections.abc import Callable, Iterable
from typing import Any

import strawberry
from graphql import ASTValidationRule, GraphQLError
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
    ValidationCache,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from shared.graphql.execution import AttributesFirst
from shared.graphql.limits import MOST_TOKENS, ReasonableDocument
from shared.graphql.refusals import Refusals
from shared.graphql.rules import Rules, enforce
from shared.graphql.scalars import SCALARS

CACHED_DOCUMENTS = 512
RULES: list[type[ASTValidationRule]] = [ReasonableDocument]


class Subgraph(strawberry.federation.Schema):
    """`rules` say of each field who may see it; made by `subgraph`, which holds the schema to them."""

    rules: Rules

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Refusals has logged what is ours; strawberry would log clients' mistakes with their variables."""


def subgraph(
    rules: Rules,
    query: type,
    mutation: type | None = None,
    subscription: type | None = None,
    types: Iterable[type] = (),
) -> Subgraph:
    """Version 2.9 of the federation link: the composer refuses later ones. Raises RulesDiffer."""
    schema = Subgraph(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=types,
        extensions=_extensions(),
        federation_version="2.9",
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=AttributesFirst,
    )
    schema.rules = enforce(schema._schema, rules)  # noqa: SLF001 -- strawberry has no door to the resolvers
    return schema


def _extensions() -> list[Callable[[], SchemaExtension]]:
    made: list[Callable[[], Any]] = [
        Refusals,
        lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
        lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
        lambda: MaxTokensLimiter(MOST_TOKENS),
        lambda: AddValidationRules(RULES),
    ]
    return made
