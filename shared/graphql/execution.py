"""Fields that are mere attributes of their object, read for each row without the ceremony of a resolver; and those of
objects that a resolver has at hand, of which only attributes are asked.

graphql-core makes a path and an info for every field of every row and calls three functions for it, which for a list is
nearly all that a subgraph does. Which fields of a selection are attributes is the same for all of its rows, so that is
found out once; whatever is not goes the ordinary way. So does an object with which anything is wrong, for its errors to
say where: what was asked of it until then is asked again, which a query may be.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, NamedTuple

import strawberry
from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, is_leaf_type, is_object_type
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

Selection = Mapping[str, Any]
"""By the name in the answer, the nodes that ask for it."""

OPEN_TO = "open_to"
"""Where a guarded resolver says, given the context, which resolver stands behind it; None while it is shut."""


class Attribute(NamedTuple):
    """A field's name in the answer, where its object has it, and how its value is written."""

    answered_as: str
    name: str
    written: Callable[[Any], Any]
    may_be_null: bool


class Reference(NamedTuple):
    """A field that gives an object of which attributes are asked. `resolve` is what the type's author wrote."""

    answered_as: str
    resolve: Callable[..., Any]
    given: tuple[Any, ...]
    plan: "Plan"
    may_be_null: bool
    asked: Any


class Plan(NamedTuple):
    """`constants` has every name of the selection, in its order; `rest` are the fields that go the ordinary way."""

    constants: dict[str, Any]
    attributes: list[Attribute]
    references: list[Reference]
    rest: dict[str, Any]


class NotPlain(Exception):
    """A value that an attribute may not have."""


class AttributesFirst(StrawberryGraphQLCoreExecutionContext):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._plans: dict[int, tuple[Selection, Plan]] = {}

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        plan = self._plan(parent_type, grouped_field_set)
        if path is None or not (plan.attributes or plan.references):
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        try:
            answer = _read(plan, source_value)
            late = _refer(plan, source_value, answer)
        except Exception:  # noqa: BLE001 -- whatever it is, the ordinary way meets it again and says where
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        if not (plan.rest or late):
            return answer
        rest: Any = super().execute_fields(parent_type, source_value, path, plan.rest | late, position_context)
        if self.is_awaitable(rest):
            return _completed(answer, rest)
        answer.update(rest)
        return answer

    def _plan(self, type_: GraphQLObjectType, selection: Selection) -> Plan:
        """Kept with its selection, so that no other one is given the same identity meanwhile."""
        kept = self._plans.get(id(selection))
        if kept is None:
            kept = self._plans[id(selection)] = (selection, self._made(type_, selection))
        return kept[1]

    def _made(self, type_: GraphQLObjectType, selection: Selection) -> Plan:
        plan = Plan(dict.fromkeys(selection), [], [], {})
        for answered_as, asked in selection.items():
            name = asked[0].node.name.value
            field = self.schema.get_field(type_, name)
            if name == "__typename":
                plan.constants[answered_as] = type_.name
            elif field and (attribute := self._attribute(answered_as, field)):
                plan.attributes.append(attribute)
            elif field and (reference := self._reference(answered_as, field, type_, asked)):
                plan.references.append(reference)
            else:
                plan.rest[answered_as] = asked
        return plan

    def _attribute(self, answered_as: str, field: GraphQLField) -> Attribute | None:
        may_be_null = not isinstance(field.type, GraphQLNonNull)
        leaf: Any = field.type if may_be_null else field.type.of_type  # type: ignore[union-attr]
        definition: Any = field.extensions.get("strawberry-definition")
        if not (definition and is_leaf_type(leaf) and self._is_open(field) and definition.base_resolver is None):
            return None
        return Attribute(answered_as, definition.python_name, leaf.coerce_output_value, may_be_null)

    def _reference(
        self, answered_as: str, field: GraphQLField, parent_type: GraphQLObjectType, asked: Any
    ) -> Reference | None:
        may_be_null = not isinstance(field.type, GraphQLNonNull)
        type_: Any = field.type if may_be_null else field.type.of_type  # type: ignore[union-attr]
        definition: Any = field.extensions.get("strawberry-definition")
        if not (definition and is_object_type(type_) and self._is_open(field) and _is_simple(definition)):
            return None
        plan = self._plan(type_, self.collect_subfields(type_, asked).grouped_field_set)
        if plan.rest or plan.references:
            return None
        told = self.build_resolve_info(field, [each.node for each in asked], parent_type, None)  # type: ignore[arg-type]
        info = [strawberry.Info(_raw_info=told, _field=definition)]
        given = tuple(info[: len(definition.base_resolver.signature.parameters) - 1])
        return Reference(answered_as, definition.base_resolver.wrapped_func, given, plan, may_be_null, asked)

    def _is_open(self, field: GraphQLField) -> bool:
        """Whether nothing stands between the field and this viewer."""
        if field.args or (self.middleware_manager and self.middleware_manager.middlewares):
            return False
        open_to = getattr(field.resolve, OPEN_TO, None)
        return open_to is None or open_to(self.context_value) is not None


def _read(plan: Plan, source: Any) -> dict[str, Any]:
    answer = plan.constants.copy()
    for answered_as, name, written, may_be_null in plan.attributes:
        value = getattr(source, name)
        if value is not None:
            answer[answered_as] = written(value)
        elif not may_be_null:
            raise NotPlain
    return answer


def _refer(plan: Plan, source: Any, answer: dict[str, Any]) -> dict[str, Any]:
    """Answers the references that are at hand, and gives those that are not."""
    late: dict[str, Any] = {}
    for reference in plan.references:
        node = reference.resolve(source, *reference.given)
        if isinstance(node, Coroutine):
            node.close()
            late[reference.answered_as] = reference.asked
        elif node is not None:
            answer[reference.answered_as] = _read(reference.plan, node)
        elif not reference.may_be_null:
            raise NotPlain
    return late


def _is_simple(definition: Any) -> bool:
    """A resolver that is not async and takes its object and at most the info, with nothing around it."""
    resolver = definition.base_resolver
    if resolver is None or definition.is_async or definition.extensions or definition.permission_classes:
        return False
    return set(resolver.signature.parameters) <= {"self", "info"}


async def _completed(answer: dict[str, Any], rest: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    answer.update(await rest)
    return answer
