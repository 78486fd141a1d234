"""The schema that clients see: the supergraph without the machinery and without what is `@inaccessible`."""

import re
from collections.abc import Iterator
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
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    Visitor,
    assert_valid_schema,
    build_ast_schema,
    value_from_ast_untyped,
    visit,
)

_MACHINERY = ("join__", "link__", "core__", "context__", "policy__", "federation__")
"""What belongs to specifications is called so, and by the names of those that the schema links to."""
_SPECIFICATION = re.compile(r"/([A-Za-z]\w*)/v\d+\.\d+/?$")
_KEPT_DIRECTIVES = frozenset({"deprecated", "specifiedBy", "oneOf"})
_EXECUTABLE = frozenset({"QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"})


def build_api_schema(document: DocumentNode) -> GraphQLSchema:
    """Raises GraphQLError or TypeError when what remains is not a schema."""
    types = [node for node in document.definitions if isinstance(node, TypeDefinitionNode)]
    machinery = (*_MACHINERY, *(f"{name}__" for name in _linked(document)))
    hidden = frozenset(
        node.name.value for node in types if node.name.value.startswith(machinery) or _is_inaccessible(node)
    )
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


def _linked(document: DocumentNode) -> Iterator[str]:
    """The names that specifications have here: their own, or those that they are linked to as."""
    schemas = [node for node in document.definitions if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode)]
    for directive in (one for node in schemas for one in node.directives or () if one.name.value == "link"):
        given = {one.name.value: value_from_ast_untyped(one.value) for one in directive.arguments or ()}
        found = _SPECIFICATION.search(str(given.get("url")))
        if given.get("as"):
            yield str(given["as"])
        elif found:
            yield found[1]


def _is_inaccessible(node: Any) -> bool:
    return any(directive.name.value == "inaccessible" for directive in node.directives or ())
