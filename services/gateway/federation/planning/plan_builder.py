"""Draft → plan: order, batch and print the fetches."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, count

from services.gateway.federation.operation.limits import Limits
from services.gateway.federation.operation.normal_form import Operation
from services.gateway.federation.operation.selection import Field, Selection, Selections, merge
from services.gateway.federation.planning.draft import Draft, DraftFetch
from services.gateway.federation.planning.fetch_query import print_entity_query, print_root_query, used_variables
from services.gateway.federation.planning.freezing import freeze
from services.gateway.federation.planning.plan import (
    EntityCall,
    EntityFetch,
    Fetch,
    Introspection,
    Plan,
    RootFetch,
    Target,
)
from services.gateway.federation.planning.planner import Planner
from services.gateway.federation.planning.representation_needs import needs_of
from services.gateway.federation.planning.response_names import ResponseNames
from services.gateway.federation.planning.shapes import ShapeSeparator
from services.gateway.federation.supergraph.model import Supergraph


def plan_operation(supergraph: Supergraph, operation: Operation, limits: Limits) -> Plan:
    """Raises PlanningError when a field cannot be reached, RequestError when it takes too long to see how."""
    planner = Planner(supergraph, operation, limits.planning)
    draft = planner.plan()
    return Plan(
        operation=operation,
        fetches=tuple(_Builder(supergraph, operation, planner.names).fetches(draft)),
        introspection=_introspection(operation, planner.about_the_schema),
    )


def _introspection(operation: Operation, fields: Iterable[Field]) -> Introspection | None:
    """The fields that ask about the schema itself: under their own keys, as long as these are free."""
    keys: dict[str, Field] = {}
    for one in fields:
        others = (f"_{number}_{one.key}" for number in count())
        key = next(key for key in chain([one.key], others) if key not in keys)
        keys[key] = replace(one, key=key)
    if not keys:
        return None
    selections = tuple(keys.values())
    query = print_root_query(operation, "query", selections, used_variables(operation, selections))
    return Introspection(query, dict(zip(fields, keys, strict=True)))


@dataclass(slots=True)
class _Group:
    """Fetches that become one request: same subgraph, same dependencies."""

    id: int
    after: tuple[int, ...]
    members: list[DraftFetch] = field(default_factory=list)


class _Builder:
    def __init__(self, supergraph: Supergraph, operation: Operation, names: ResponseNames) -> None:
        self.supergraph = supergraph
        self.operation = operation
        self.names = names

    def fetches(self, draft: Draft) -> Iterator[Fetch]:
        for group in _batched(_ordered(draft.fetches)):
            if group.members[0].is_root:
                yield self._root_fetch(group)
            else:
                yield self._entity_fetch(group)

    def _root_fetch(self, group: _Group) -> RootFetch:
        (draft,) = group.members
        selections = freeze(self.supergraph, draft)
        kind = next(kind for kind, name in self.supergraph.roots.items() if name == draft.type_name)
        variables = used_variables(self.operation, selections)
        shapes = ShapeSeparator(self.supergraph, draft.subgraph)
        query = print_root_query(self.operation, kind, shapes.separated(draft.type_name, selections), variables)
        return RootFetch(
            *(group.id, draft.subgraph, group.after, kind, draft.path, selections, query, variables), shapes.renames
        )

    def _entity_fetch(self, group: _Group) -> EntityFetch:
        subgraph = group.members[0].subgraph
        calls = tuple(self._calls(group.members))
        fetch = self._request(group.id, subgraph, group.after, calls)
        parts = tuple(part for call in calls for part in call.parts)
        return replace(fetch, apart=self._request(~group.id, subgraph, group.after, parts)) if parts else fetch

    def _request(
        self, number: int, subgraph: str, after: tuple[int, ...], calls: tuple[EntityCall, ...]
    ) -> EntityFetch:
        variables = used_variables(self.operation, tuple(one for call in calls for one in call.selections))
        shapes = ShapeSeparator(self.supergraph, subgraph)
        sent = [replace(call, selections=shapes.separated(call.type_name, call.selections)) for call in calls]
        query = print_entity_query(self.operation, sent, variables)
        return EntityFetch(number, subgraph, after, calls, query, variables, shapes.renames)

    def _calls(self, members: list[DraftFetch]) -> Iterator[EntityCall]:
        """Members that ask the same of the same type share one list of representations."""
        same: dict[tuple[str, Selections], list[DraftFetch]] = defaultdict(list)
        for draft in members:
            same[draft.type_name, freeze(self.supergraph, draft)].append(draft)
        numbers = count()
        for number, ((type_name, selections), drafts) in enumerate(same.items()):
            alias, variable = ("_entities", "representations") if len(same) == 1 else (f"_e{number}", f"r{number}")
            targets = tuple(self._target(draft, *draft.needs) for draft in drafts)
            parts = tuple(self._parts(selections, drafts, numbers))
            yield EntityCall(alias, self._free(variable), type_name, selections, targets, parts)

    def _parts(self, selections: Selections, drafts: list[DraftFetch], numbers: Iterator[int]) -> Iterator[EntityCall]:
        """Of a call that asks these selections for these drafts; none when all of it requires the same."""
        type_name, subgraph = drafts[0].type_name, drafts[0].subgraph
        by_requirement: dict[Selections, list[Selection]] = defaultdict(list)
        for one in selections:
            join = self.supergraph.join(type_name, one.name, subgraph) if isinstance(one, Field) else None
            by_requirement[join.requires if join else ()].append(one)
        for required, fields in by_requirement.items() if len(by_requirement) > 1 else ():
            number = next(numbers)
            targets = tuple(self._target(draft, draft.needs[0], required) for draft in drafts)
            yield EntityCall(f"_e{number}", self._free(f"r{number}"), type_name, tuple(fields), targets)

    def _free(self, variable: str) -> str:
        """The client may have a variable of that name."""
        return self._free(f"_{variable}") if variable in self.operation.variables else variable

    def _target(self, draft: DraftFetch, *wants: Selections) -> Target:
        type_name = draft.path[-1].on or draft.type_name
        wanted = merge(one for selections in wants for one in selections)
        needs = needs_of(self.supergraph, self.names, draft.path, type_name, wanted)
        keys = {one.name for one in draft.needs[0] if isinstance(one, Field)}
        return Target(draft.path, tuple(replace(need, is_key=need.name in keys) for need in needs))


def _ordered(fetches: list[DraftFetch]) -> Iterator[DraftFetch]:
    """Each after those it waits for; otherwise in the order of planning."""
    waiting, done = list(fetches), set[DraftFetch]()
    while waiting:
        ready = next(fetch for fetch in waiting if fetch.after <= done)
        waiting.remove(ready)
        done.add(ready)
        yield ready


def _batched(fetches: Iterator[DraftFetch]) -> Iterator[_Group]:
    """Groups entity fetches to one subgraph that wait for the same fetches; nothing starts later for it."""
    groups: dict[object, _Group] = {}
    group_of: dict[DraftFetch, _Group] = {}
    for fetch in fetches:
        after = tuple(sorted({group_of[other].id for other in fetch.after}))
        place = fetch if fetch.is_root else (fetch.subgraph, after)
        group = groups.setdefault(place, _Group(len(groups), after))
        group.members.append(fetch)
        group_of[fetch] = group
    yield from groups.values()
