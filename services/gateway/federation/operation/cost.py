"""How many objects an operation's answer may hold.

A list multiplies what is inside it: by the page that is asked for (`first`, `last`), whose size may be a variable; by a
guess where there are no pages. A page belongs to the lists right under its field, as connections have them, or to the
field's own. Values inside objects are free: how many there may be is limited by what is written.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TypeMetaFieldDef,
    ValueNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_introspection_type,
    visit,
)

from services.gateway.federation.operation.limits import Limits

PAGE_ARGUMENTS = ("first", "last")
_META_FIELDS = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}


def page_variables(document: DocumentNode) -> tuple[str, ...]:
    """The variables that say how long a page is, in order of name."""
    finder = _PageFinder()
    visit(document, finder)
    return tuple(sorted(finder.names))


class _PageFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.names |= {value.name.value for value in _page_arguments(node) if isinstance(value, VariableNode)}


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    values: Mapping[str, Any],
    limits: Limits,
) -> int:
    """Of a valid operation. `values` are the coerced variables."""
    root = schema.get_root_type(operation.operation)
    counting = _Counting(schema, document, values, limits)
    return 0 if root is None else counting.inside(operation.selection_set, root, None)


class _Counting:
    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, values: Mapping[str, Any], limits: Limits
    ) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._values = values
        self._limits = limits
        self._known: dict[tuple[str, int | None], int] = {}

    def inside(self, selection_set: SelectionSetNode, parent: Any, page: int | None) -> int:
        """`page` is how long the lists right here are, when the field above them says so."""
        return sum(self._selection(node, parent, page) for node in selection_set.selections)

    def _selection(self, node: Any, parent: Any, page: int | None) -> int:
        if isinstance(node, FieldNode):
            return self._field(node, parent, page)
        if isinstance(node, FragmentSpreadNode):
            return self._spread(node.name.value, page)
        return self._fragment(node, parent, page)

    def _spread(self, name: str, page: int | None) -> int:
        key = (name, page)
        if key not in self._known:
            self._known[key] = self._fragment(self._fragments[name], None, page)
        return self._known[key]

    def _fragment(self, node: InlineFragmentNode | FragmentDefinitionNode, parent: Any, page: int | None) -> int:
        condition = node.type_condition
        return self.inside(
            node.selection_set, self._schema.type_map[condition.name.value] if condition else parent, page
        )

    def _field(self, node: FieldNode, parent: Any, page: int | None) -> int:
        if node.selection_set is None:
            return 0
        field: GraphQLField = _META_FIELDS.get(node.name.value) or parent.fields[node.name.value]
        named = get_named_type(field.type)
        own_page = self._page(node, field)
        if not _is_list(field.type):
            return 1 + self.inside(node.selection_set, named, own_page)
        inner = 1 + self.inside(node.selection_set, named, None)
        guess = self._limits.schema_list_length if is_introspection_type(named) else self._limits.list_length
        return inner * next(length for length in (own_page, page, guess) if length is not None)

    def _page(self, node: FieldNode, field: GraphQLField) -> int | None:
        """The size of the page that the field asks for; None when it has no pages."""
        if not any(name in field.args for name in PAGE_ARGUMENTS):
            return None
        sizes = [size for size in map(self._size, _page_arguments(node)) if size is not None]
        return max(sizes, default=self._limits.page)

    def _size(self, value: ValueNode) -> int | None:
        size = self._values.get(value.name.value) if isinstance(value, VariableNode) else _literal(value)
        return max(size, 0) if isinstance(size, int) else None


def _page_arguments(node: FieldNode) -> Iterator[ValueNode]:
    return (argument.value for argument in node.arguments or () if argument.name.value in PAGE_ARGUMENTS)


def _literal(value: ValueNode) -> int | None:
    return int(value.value) if isinstance(value, IntValueNode) else None


def _is_list(type_: GraphQLOutputType) -> bool:
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)
