"""Objects and lists are answered by plans (plans.py), without the ceremony of a resolver for each field of each row.

graphql-core makes a path and an info for every field of every row and calls three functions for it, and awaits a task
for what waits: for a list that is nearly all that a subgraph does. What a plan does not know goes graphql-core's way.
So does an object with which anything is wrong, for its errors to say where: what was asked of it until then is asked
again, which a query may be.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from inspect import isawaitable
from typing import Any

from graphql import (
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    is_object_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from shared.graphql.plans import Plan, Planner, Run

Ordinary = Callable[[], Any]
"""graphql-core's way."""


class Plans:
    """Of one document, whose selections no variable changes: by the type, the nodes that make the selection, and what
    decides which fields are seen."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], Plan | None] = {}

    def plan(self, executor: Any, type_: GraphQLObjectType, details: Any) -> Plan | None:
        """None where nothing in it is plain."""
        viewer, frozen = executor.context_value.viewer, executor.context_value.frozen
        key = (type_.name, viewer.role, frozen, *(id(each.node) for each in details))
        if key not in self._kept:
            plan = Planner(executor).plan(type_, details)
            self._kept[key] = plan if plan.is_plain else None
        return self._kept[key]


class ByPlans(StrawberryGraphQLCoreExecutionContext):
    """`plans` are those that the document keeps."""

    def __init__(self, *arguments: Any, plans: Plans | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._plans = plans or Plans()
        self._run = Run(self)
        self._is_in_need = False
        self._read: set[int] = set()
        """For which plans lists have read ahead already."""

    def let_go(self) -> None:
        """Of all that was read. graphql-core's executor refers to itself, and is left to the garbage collector, which
        took a quarter of the time of lists when their rows were left to it too."""
        self.context_value = None
        del self._run

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        ordinary = partial(
            super().complete_object_value, return_type, field_details_list, info, path, result, position_context
        )
        plan = self._plan(return_type, field_details_list)
        if plan is None:
            return ordinary()
        answer = partial(self._object, plan, return_type, path, result, position_context, ordinary)
        if plan.ahead and id(plan) not in self._read:
            return self._after(plan.read_ahead([result], self._run), answer, ordinary)
        return answer()

    def complete_list_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        ordinary = partial(
            super().complete_list_value, return_type, field_details_list, info, path, result, position_context
        )
        plans = self._plans_of_items(return_type.of_type, field_details_list, result)
        if not plans:
            return ordinary()
        answer = ordinary if any(plan.rest for plan in plans.values()) else partial(self._list, plans, result, ordinary)
        if any(plan.ahead for plan in plans.values()):
            return self._after(self._read_ahead(plans, result), answer, ordinary)
        return answer()

    def _object(
        self, plan: Plan, type_: GraphQLObjectType, path: Any, source: Any, position_context: Any, ordinary: Ordinary
    ) -> Any:
        try:
            [answer] = plan.answers([source], self._run)
        except Exception:  # noqa: BLE001 -- whatever it is, the ordinary way meets it again and says where
            return ordinary()
        if not plan.rest:
            return answer
        rest: Any = self.execute_fields(type_, source, path, plan.rest, position_context)
        if self.is_awaitable(rest):
            return _completed(answer, rest)
        answer.update(rest)
        return answer

    async def _after(self, reading: Awaitable[None], answer: Callable[[], Any], ordinary: Ordinary) -> Any:
        """Once something cannot be read, the rest of the operation goes the ordinary way, which waits for it together
        and says where it is missed."""
        try:
            await reading
        except Exception:  # noqa: BLE001 -- whatever it is, the ordinary way meets it again
            self._is_in_need = True
            answered = ordinary()
        else:
            answered = answer()
        return await answered if isawaitable(answered) else answered

    def _list(self, plans: Mapping[type, Plan], items: Sequence[Any], ordinary: Ordinary) -> Any:
        try:
            answers = {
                class_: iter(plan.answers([item for item in items if type(item) is class_], self._run))
                for class_, plan in plans.items()
            }
        except Exception:  # noqa: BLE001 -- as for an object
            return ordinary()
        return [None if item is None else next(answers[type(item)]) for item in items]

    async def _read_ahead(self, plans: Mapping[type, Plan], items: Sequence[Any]) -> None:
        reading = (
            plan.read_ahead([item for item in items if type(item) is class_], self._run)
            for class_, plan in plans.items()
        )
        await asyncio.gather(*reading)
        self._read.update(map(id, plans.values()))

    def _plan(self, type_: GraphQLObjectType, details: Any) -> Plan | None:
        return None if self._is_in_need else self._plans.plan(self, type_, details)

    def _plans_of_items(self, item_type: Any, details: Any, items: Any) -> Mapping[type, Plan] | None:
        """By the class of a list's items; None where not all of them are objects with something plain in them."""
        if not isinstance(items, list) or is_list_type(get_nullable_type(item_type)):
            return None
        if isinstance(item_type, GraphQLNonNull) and any(item is None for item in items):
            return None
        plans: dict[type, Plan] = {}
        for class_ in {type(item) for item in items if item is not None}:
            type_ = self._type_of(class_, get_named_type(item_type))
            plan = self._plan(type_, details) if type_ else None
            if plan is None:
                return None
            plans[class_] = plan
        return plans

    def _type_of(self, class_: type, item_type: Any) -> GraphQLObjectType | None:
        definition = getattr(class_, "__strawberry_definition__", None)
        if definition is None:
            return None
        if is_object_type(item_type):
            return item_type
        type_ = self.schema.get_type(definition.name) if is_abstract_type(item_type) else None
        return type_ if is_object_type(type_) and self.schema.is_sub_type(item_type, type_) else None


async def _completed(answer: dict[str, Any], rest: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    answer.update(await rest)
    return answer
