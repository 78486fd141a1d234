"""A federation subgraph: its documents, its limits, its masks."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

import strawberry
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import SchemaExtension
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType
from strawberry.utils.await_maybe import await_maybe

from shared.graphql.documents import Document, Documents
from shared.graphql.entities import Entity, entities
from shared.graphql.execution import ByPlans
from shared.graphql.limits import MOST_TOKENS
from shared.graphql.refusals import Refusals, masked
from shared.graphql.rules import Rules, enforce
from shared.graphql.scalars import SCALARS


class Subgraph(strawberry.federation.Schema):
    """`rules` say of each field who may see it; made by `subgraph`, which holds the schema to them."""

    rules: Rules
    documents: Documents

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """What strawberry's does with extensions, whose hooks would cost a short operation more than it does itself."""
        if not query:
            raise MissingQueryError
        document = self.documents.of(query)
        if document.node is None:
            return _refused(document.errors)
        operation = document.operation(operation_name)
        if operation is None:
            raise CannotGetOperationTypeError(operation_name)
        kind = OperationType(operation.operation.value)
        if allowed_operation_types is not None and kind not in allowed_operation_types:
            raise InvalidOperationTypeError(kind)
        if document.errors:
            return _refused(document.errors)
        executor: Any = self.execution_context_class.build(
            self._schema,
            document.node,
            root_value,
            context_value,
            variable_values,
            operation.name.value if operation.name else None,
            is_awaitable=cast("Any", optimized_is_awaitable),
            plans=document.plans,
            operation_extensions=operation_extensions,
        )
        return _refused(executor) if isinstance(executor, list) else await _executed(executor)

    async def entities_resolver(  # type: ignore[override]  # whoever calls it awaits what it must
        self, info: strawberry.Info[Any, None], representations: list[FederationAny]
    ) -> list[FederationAny]:
        """Those that loaders read are read together (entities.py)."""
        wanted: list[Any] = list(representations)
        types = [self._type_of(representation) for representation in wanted]
        read = [each for each in zip(types, wanted, strict=True) if issubclass(each[0], Entity)]
        found = iter(await entities(info, read))
        single = super().entities_resolver
        return [
            next(found) if issubclass(type_, Entity) else single(info, [representation])[0]
            for type_, representation in zip(types, wanted, strict=True)
        ]

    def _type_of(self, representation: Any) -> type:
        definition: Any = self.schema_converter.type_map[representation["__typename"]].definition
        origin: type = definition.origin
        return origin

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
        extensions=[Refusals, _KnownDocuments],
        federation_version="2.9",
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=ByPlans,
    )
    schema.documents = Documents(schema._schema)  # noqa: SLF001
    schema.rules = enforce(schema._schema, rules)  # noqa: SLF001 -- strawberry has no door to the resolvers
    return schema


class _KnownDocuments(SchemaExtension):
    """For streams, which strawberry prepares by itself."""

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        schema: Any = context.schema
        document: Document = schema.documents.of(context.query)
        context.parse_options["max_tokens"] = MOST_TOKENS  # where it does not parse, it is parsed once more
        if document.node is not None:
            context.graphql_document = document.node
            context.pre_execution_errors = document.errors
        yield


async def _executed(executor: ByPlans) -> ExecutionResult:
    try:
        result: Any = await await_maybe(executor.execute_operation())
    except Exception as error:  # noqa: BLE001 -- masked tells whose it is
        return _refused([GraphQLError(str(error), original_error=error)])
    finally:
        executor.let_go()
    return ExecutionResult(result.data, [masked(error) for error in result.errors or ()] or None)


def _refused(errors: list[GraphQLError]) -> PreExecutionError:
    return PreExecutionError(data=None, errors=[masked(error) for error in errors])
