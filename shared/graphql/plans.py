"""How the fields of a selection are answered, found out once for a document and those who see the same of it.

Objects are answered many at a time, field by field: a field is a column of their rows, an attribute, what a plain
method gives, what is made of what a loader has read (loading.py), or what stands there for who may not see it
(rules.py). What that leads to is answered by a plan again. What nothing is known of is the `rest`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import islice
from operator import attrgetter
from types import NoneType
from typing import Any, NamedTuple

import strawberry
from graphql import GraphQLField, GraphQLList, GraphQLNonNull, GraphQLObjectType, is_leaf_type, is_object_type

from shared.graphql.columns import OnRow
from shared.graphql.leaves import NotPlain, written
from shared.graphql.loading import NEED, Loader, Need

Sources = Sequence[Any]
STANDS_IN = "stands_in"
"""Where a guarded resolver says, given role and freeze, what answers in its place; None while the resolver does."""


class Asked:
    """A field as a document asks for it."""

    def __init__(self, field: GraphQLField, type_: GraphQLObjectType, details: Any) -> None:
        self.field = field
        self.type_ = type_
        self.details = details
        self.definition: Any = field.extensions.get("strawberry-definition")

    @property
    def resolver(self) -> Any:
        return self.definition.base_resolver


class Run:
    """One operation that is under way: whose loaders are read, and whose infos its methods are given."""

    def __init__(self, executor: Any) -> None:
        self._executor = executor
        self.context = executor.context_value
        self._infos: dict[Asked, Any] = {}

    def loader(self, name: str) -> Loader[Any, Any]:
        loader: Loader[Any, Any] = getattr(self.context.loaders, name)
        return loader

    def info(self, asked: Asked) -> Any:
        info = self._infos.get(asked)
        if info is None:
            nodes = [each.node for each in asked.details]
            raw = self._executor.build_resolve_info(asked.field, nodes, asked.type_, None)
            info = self._infos[asked] = strawberry.Info(_raw_info=raw, _field=asked.definition)
        return info


Values = Callable[[Sources, Run], Sequence[Any]]
"""What a field is, for each of some objects; or what is answered, for each of some values."""
Ahead = Callable[[Sources, Run], Awaitable[None]]
"""Reads what some objects will need."""


class Shape(NamedTuple):
    """How values become answers, and what is to be read before they can. `of_rows` answers the same of the rows of
    objects that stand on them, where it needs no more."""

    answers: Values
    ahead: Ahead | None = None
    of_rows: Values | None = None


class Plan(NamedTuple):
    """`fields` are in the selection's order; those that are in the `rest` too answer null there, until it is known.
    The `columns` are those of them that rows answer."""

    fields: Mapping[str, Values]
    columns: Mapping[str, Values]
    ahead: Sequence[Ahead]
    rest: dict[str, Any]

    @property
    def is_plain(self) -> bool:
        """Whether there is anything in it that need not go the ordinary way."""
        return len(self.fields) > len(self.rest)

    def answers(self, sources: Sources, run: Run) -> list[dict[str, Any]]:
        """Raises whatever a method raises, NotPlain, and KeyError where something was not read ahead."""
        rows = [source.row for source in sources] if self.columns else ()
        answered = [
            self.columns[name](rows, run) if name in self.columns else values(sources, run)
            for name, values in self.fields.items()
        ]
        return _together(self.fields, answered, len(sources))

    def answers_of_rows(self, rows: Sources, run: Run) -> list[dict[str, Any]]:
        """Where all fields are columns: nothing is made of the rows first."""
        return _together(self.fields, [values(rows, run) for values in self.columns.values()], len(rows))

    async def read_ahead(self, sources: Sources, run: Run) -> None:
        if len(self.ahead) == 1:
            await self.ahead[0](sources, run)
        else:
            await asyncio.gather(*(ahead(sources, run) for ahead in self.ahead))


class Planner:
    """Plans what an executor's operation asks for, as its viewer sees it."""

    def __init__(self, executor: Any) -> None:
        self._executor = executor

    def plan(self, type_: GraphQLObjectType, details: Any) -> Plan:
        """Of the selection that some nodes make of a type."""
        fields: dict[str, Values] = {}
        columns: dict[str, Values] = {}
        aheads: list[Ahead] = []
        rest: dict[str, Any] = {}
        for answered_as, asked in self._executor.collect_subfields(type_, details).grouped_field_set.items():
            shape = self._field(type_, asked)
            if shape is None:
                rest[answered_as] = asked
            fields[answered_as] = shape.answers if shape else _same(None)
            if shape and shape.ahead:
                aheads.append(shape.ahead)
            if shape and shape.of_rows:
                columns[answered_as] = shape.of_rows
        return Plan(fields, columns, aheads, rest)

    def _field(self, type_: GraphQLObjectType, details: Any) -> Shape | None:
        """Of the objects that have the field."""
        name = details[0].node.name.value
        if name == "__typename":
            return Shape(_same(type_.name), of_rows=_same(type_.name) if _stands_on_rows(type_) else None)
        field = self._executor.schema.get_field(type_, name)
        if not field:
            return None
        asked = Asked(field, type_, details)
        if not asked.definition or field.args or asked.definition.extensions or asked.definition.permission_classes:
            return None
        stand_in = self._stand_in(field)
        if stand_in is None and asked.resolver is None and (leaf := _leaf(asked)):
            return leaf
        shape = self._shape(field.type, details)
        if shape is None:
            return None
        if stand_in is not None:
            return Shape(_standing_in(stand_in, shape))
        if need := asked.resolver and getattr(asked.resolver.wrapped_func, NEED, None):
            return _needing(need, shape, asked)
        values = _plain_values(asked)
        return values and _then(values, shape)

    def _stand_in(self, field: GraphQLField) -> Callable[[Any], object] | None:
        stands_in = getattr(field.resolve, STANDS_IN, None)
        context = self._executor.context_value
        stand_in: Callable[[Any], object] | None = stands_in and stands_in(context.viewer.role, context.frozen)
        return stand_in

    def _shape(self, type_: Any, details: Any) -> Shape | None:
        """None where not all that is asked of it is plain."""
        if isinstance(type_, GraphQLNonNull):
            inner = self._shape(type_.of_type, details)
            return inner and Shape(_required(inner.answers), inner.ahead, inner.of_rows and _required(inner.of_rows))
        if isinstance(type_, GraphQLList):
            inner = self._shape(type_.of_type, details)
            return inner and Shape(_listed(inner.answers), inner.ahead and _ahead_of_lists(inner.ahead))
        if is_leaf_type(type_):
            write = written(type_, may_be_null=True)
            return Shape(lambda values, _: write(values))
        if not is_object_type(type_):
            return None
        plan = self.plan(type_, details)
        if plan.rest:
            return None
        of_rows = _optional(plan.answers_of_rows) if len(plan.columns) == len(plan.fields) else None
        return Shape(_optional(plan.answers), _ahead_of_objects(plan) if plan.ahead else None, of_rows)


def _stands_on_rows(type_: GraphQLObjectType) -> bool:
    definition: Any = type_.extensions.get("strawberry-definition")
    return definition is not None and issubclass(definition.origin, OnRow)


def _leaf(asked: Asked) -> Shape | None:
    """A scalar that is a column of its object's row, or an attribute."""
    may_be_null = not isinstance(asked.field.type, GraphQLNonNull)
    type_: Any = asked.field.type if may_be_null else asked.field.type.of_type  # type: ignore[union-attr]
    if not is_leaf_type(type_):
        return None
    definition = asked.definition
    column = definition.origin.column_of(definition.python_name) if issubclass(definition.origin, OnRow) else None
    if column is None:
        write, attribute = written(type_, may_be_null=may_be_null), attrgetter(definition.python_name)
        return Shape(lambda sources, _: write(list(map(attribute, sources))))
    write, name = written(type_, column.turned, may_be_null=may_be_null), column.name
    return Shape(
        lambda sources, _: write([source.row[name] for source in sources]),
        of_rows=lambda rows, _: write([row[name] for row in rows]),
    )


def _plain_values(asked: Asked) -> Values | None:
    """Of what an attribute is, or what a method gives that is not async and takes at most the info."""
    if asked.resolver is None:
        attribute = attrgetter(asked.definition.python_name)
        return lambda sources, _: list(map(attribute, sources))
    resolve: Callable[..., Any] = asked.resolver.wrapped_func
    parameters = set(asked.resolver.signature.parameters)
    if asked.definition.is_async or not parameters <= {"self", "info"}:
        return None
    if "info" not in parameters:
        return lambda sources, _: list(map(resolve, sources))

    def values(sources: Sources, run: Run) -> list[Any]:
        info = run.info(asked)
        return [resolve(source, info) for source in sources]

    return values


def _then(values: Values, shape: Shape) -> Shape:
    """What is answered for the values of a field."""
    answers, ahead = shape.answers, shape.ahead

    async def ahead_of_values(sources: Sources, run: Run) -> None:
        assert ahead is not None  # noqa: S101 -- it is not given otherwise
        await ahead(values(sources, run), run)

    return Shape(lambda sources, run: answers(values(sources, run), run), ahead and ahead_of_values)


def _needing(need: Need, shape: Shape, asked: Asked) -> Shape:
    """A field made of what a loader reads."""
    values = _made_by_key(need) if need.by_key else _made(need, asked)

    async def read(sources: Sources, run: Run) -> None:
        keys = dict.fromkeys(need.keys(sources))
        keys.pop(None, None)
        await run.loader(need.loader).read(keys)
        if shape.ahead:
            await shape.ahead(values(sources, run), run)

    if not need.by_key:
        return Shape(_then(values, shape).answers, read)

    def answers_by_key(sources: Sources, run: Run) -> list[Any]:
        """What several refer to is answered once."""
        keys = need.keys(sources)
        distinct = dict.fromkeys(keys)
        if shape.of_rows:
            known = run.loader(need.loader).known
            answered = shape.of_rows([None if key is None else known[key] for key in distinct], run)
        else:
            answered = shape.answers(_of_keys(need, distinct, run), run)
        answers = dict(zip(distinct, answered, strict=True))
        return [answers[key] for key in keys]

    return Shape(answers_by_key, read)


def _made(need: Need, asked: Asked) -> Values:
    def values(sources: Sources, run: Run) -> list[Any]:
        info, known, made = run.info(asked), run.loader(need.loader).known, need.made
        return [
            None if key is None else made(source, info, known[key])
            for source, key in zip(sources, need.keys(sources), strict=True)
        ]

    return values


def _made_by_key(need: Need) -> Values:
    return lambda sources, run: _of_keys(need, dict.fromkeys(need.keys(sources)), run)


def _of_keys(need: Need, keys: Iterable[Any], run: Run) -> list[Any]:
    known, made = run.loader(need.loader).known, need.made
    return [None if key is None else made(None, None, known[key]) for key in keys]


def _together(names: Iterable[str], answered: Sequence[Sequence[Any]], number: int) -> list[dict[str, Any]]:
    """The answers of some objects from those of their fields."""
    if not answered:
        return [{} for _ in range(number)]
    names = list(names)
    return [dict(zip(names, each, strict=False)) for each in zip(*answered, strict=False)]


def _has_none(values: Sources) -> bool:
    return NoneType in set(map(type, values))


def _standing_in(stand_in: Callable[[Any], object], shape: Shape) -> Values:
    def answers(sources: Sources, run: Run) -> list[Any]:
        return list(shape.answers([stand_in(run.context)], run)) * len(sources) if sources else []

    return answers


def _same(answer: Any) -> Values:
    return lambda sources, _: [answer] * len(sources)


def _required(answers: Values) -> Values:
    def required(values: Sources, run: Run) -> Sequence[Any]:
        if _has_none(values):
            raise NotPlain
        return answers(values, run)

    return required


def _optional(answers: Values) -> Values:
    def optional(values: Sources, run: Run) -> Sequence[Any]:
        if not _has_none(values):
            return answers(values, run)
        following = iter(answers([value for value in values if value is not None], run))
        return [None if value is None else next(following) for value in values]

    return optional


def _listed(answers: Values) -> Values:
    def listed(lists: Sources, run: Run) -> list[Any]:
        items = [item for values in lists if values is not None for item in values]
        answered = iter(answers(items, run))
        return [None if values is None else list(islice(answered, len(values))) for values in lists]

    return listed


def _ahead_of_lists(ahead: Ahead) -> Ahead:
    return lambda lists, run: ahead([item for values in lists if values is not None for item in values], run)


def _ahead_of_objects(plan: Plan) -> Ahead:
    return lambda values, run: plan.read_ahead([value for value in values if value is not None], run)
