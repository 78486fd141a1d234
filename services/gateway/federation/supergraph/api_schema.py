"""The schema that clients see: the supergraph without the machinery and without what is `@inaccessible`."""

from typing import Any

from graphql import (
    REMOVE,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputValueDefinitionNode,
    NamedTypeNode,
    Node,
    TypeDefinitionNode,
    Visitor,
    assert_valid_schema,
    build_ast_schema,
    visit,
)

_MACHINERY = ("join__", "link__", "core__", "context__", "policy__", "federation__")
_KEPT_DIRECTIVES = frozenset({"deprecated", "specifiedBy", "oneOf"})
_EXECUTABLE = frozenset({"QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"})


def build_api_schema(document: DocumentNode) -> GraphQLSchema:
    """Raises GraphQLError or TypeError when what remains is not a schema."""
    types = [node for node in document.definitions if isinstance(node, TypeDefinitionNode)]
    hidden = frozenset(node.name.value for node in types if _is_machinery(node) or _is_inaccessible(node))
    schema = build_ast_schema(visit(document, _Publish(hidden)), assume_valid_sdl=True)
    assert_valid_schema(schema)
    return schema


class _Publish(Visitor):
    """Removes what clients may not see."""

    def __init__(self, hidden: frozenset[str]) -> None:
        super().__init__()
        self.hidden = hidden

    def enter(self, node: Node, *_: object) -> Any:
        return REMOVE if self.is_removed(node) else None

    def is_removed(self, node: Node) -> bool:
        match node:
            case TypeDefinitionNode() | NamedTypeNode():
                return node.name.value in self.hidden
            case DirectiveDefinitionNode():
                return _EXECUTABLE.isdisjoint(location.value for location in node.locations)
            case DirectiveNode():
                return node.name.value not in _KEPT_DIRECTIVES
            case FieldDefinitionNode() | InputValueDefinitionNode():
                return _is_inaccessible(node) or self.is_removed(_named(node.type))
            case EnumValueDefinitionNode():
                return _is_inaccessible(node)
            case _:
                return False


def _named(node: Any) -> NamedTypeNode:
    while not isinstance(node, NamedTypeNode):
        node = node.type
    return node


def _is_machinery(node: TypeDefinitionNode) -> bool:
    return node.name.value.startswith(_MACHINERY)


def _is_inaccessible(node: Any) -> bool:
    return any(directive.name.value == "inaccessible" for directive in node.directives or ())
