"""A subscription's events, as graphql-core has them."""

from collections.abc import AsyncIterator, Mapping
from inspect import isawaitable
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, subscribe


async def events(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Mapping[str, Any],
    name: str | None,
    context: object = None,
) -> AsyncIterator[ExecutionResult]:
    """A subscription's; the one that says why when there are none. Each is made when it is asked for."""
    stream = subscribe(schema, document, context_value=context, variable_values=dict(variables), operation_name=name)
    if isawaitable(stream):
        stream = await stream
    return _one(stream) if isinstance(stream, ExecutionResult) else stream


async def _one(result: ExecutionResult) -> AsyncIterator[ExecutionResult]:
    yield result
