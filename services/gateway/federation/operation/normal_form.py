"""A client's operation in normal form: fragments inlined, `@skip` and `@include` decided, fields merged.

The same document gives another normal form for other values of the variables that `@skip` and `@include` read
(`condition_variables`), and for those only: they are part of the plan cache's key.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_variable_values,
    print_ast,
    visit,
)

from services.gateway.federation.errors import RequestError
from services.gateway.federation.operation.selection import (
    Field,
    Fragment,
    Selection,
    Selections,
    merge,
    print_selections,
)


@dataclass(frozen=True, slots=True)
class Operation:
    """`variables` maps each declared variable to its printed definition."""

    kind: str
    name: str | None
    root_type: str
    variables: Mapping[str, str]
    selections: Selections


def choose_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation that the request means; RequestError when that is not clear."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    named = [node for node in operations if name is None or (node.name and node.name.value == name)]
    if len(named) == 1:
        return named[0]
    if name is not None:
        raise RequestError([GraphQLError(f"Unknown operation named '{name}'.")])
    raise RequestError([GraphQLError("Must provide operation name if query contains multiple operations.")])


def condition_variables(document: DocumentNode) -> tuple[str, ...]:
    """The variables that decide `@skip` and `@include`, in order of name."""
    finder = _ConditionFinder()
    visit(document, finder)
    return tuple(sorted(finder.names))


class _ConditionFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        if node.name.value in {"skip", "include"}:
            self.names |= set(_variables_in(node.arguments))


def coerce_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The variables' values with defaults; RequestError for wrong ones."""
    values = get_variable_values(schema, operation.variable_definitions or (), dict(variables), max_errors=50)
    if isinstance(values, list):
        raise RequestError(values)
    return values.coerced


def normalise(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    values: Mapping[str, Any],
) -> Operation:
    """The normal form of a valid operation within its limits. `values` are the coerced variables."""
    root = schema.get_root_type(OperationType(operation.operation.value))
    if root is None:
        raise RequestError([GraphQLError(f"The schema has no {operation.operation.value} type.")])
    inliner = _Inliner(document, values)
    return Operation(
        kind=operation.operation.value,
        name=operation.name.value if operation.name else None,
        root_type=root.name,
        variables={node.variable.name.value: print_ast(node) for node in operation.variable_definitions or ()},
        selections=inliner.selections(operation.selection_set),
    )


class _Inliner:
    def __init__(self, document: DocumentNode, values: Mapping[str, Any]) -> None:
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.values = values

    def selections(self, selection_set: SelectionSetNode | None) -> Selections:
        return merge(self.inlined(selection_set)) if selection_set else ()

    def inlined(self, selection_set: SelectionSetNode) -> Iterator[Selection]:
        for node in selection_set.selections:
            if not self.is_included(node.directives):
                continue
            if isinstance(node, FieldNode):
                yield self.field(node)
            else:
                yield from self.fragment(node)

    def field(self, node: FieldNode) -> Field:
        return Field(
            name=node.name.value,
            key=node.alias.value if node.alias else node.name.value,
            arguments=", ".join(print_ast(argument) for argument in node.arguments or ()),
            variables=tuple(_variables_in(node.arguments)),
            selections=self.selections(node.selection_set),
        )

    def fragment(self, node: Any) -> Iterator[Selection]:
        definition: InlineFragmentNode | FragmentDefinitionNode = (
            self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        )
        if definition.type_condition is None:
            yield from self.inlined(definition.selection_set)
            return
        inner = tuple(self.inlined(definition.selection_set))
        if inner:
            yield Fragment(definition.type_condition.name.value, merge(inner))

    def is_included(self, directives: Any) -> bool:
        for directive in directives or ():
            if directive.name.value in {"skip", "include"}:
                value = directive.arguments[0].value
                decided = self.values.get(value.name.value) if isinstance(value, VariableNode) else value.value
                if decided is (directive.name.value == "skip"):
                    return False
        return True


def _variables_in(arguments: tuple[ArgumentNode, ...] | None) -> Iterator[str]:
    finder = _VariableFinder()
    for argument in arguments or ():
        visit(argument, finder)
    yield from finder.names


class _VariableFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.append(node.name.value)


def print_operation(operation: Operation) -> str:
    """The normal form as GraphQL."""
    variables = f"({', '.join(operation.variables.values())})" if operation.variables else ""
    head = " ".join(filter(None, (operation.kind, operation.name)))
    return f"{head}{variables} {{\n{print_selections(operation.selections, '  ')}\n}}"
