"""Operation → fetches: greedy, with the remainder bubbling up.

At every position the planner asks what it can where it already is (`plan_here`). What is left it moves for: it enters
another subgraph by a key (`moves.py`). What no subgraph can add here goes back to the caller as *the same field with
the remaining selection*, because a position further up may have a way in that this one lacks.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from services.gateway.federation.errors import PlanningError
from services.gateway.federation.operation.normal_form import Operation
from services.gateway.federation.operation.selection import (
    ABOUT_THE_SCHEMA,
    TYPENAME,
    Field,
    Fragment,
    Selection,
    Selections,
    collect,
    count_leaves,
    print_compact,
)
from services.gateway.federation.planning.budget import Budget
from services.gateway.federation.planning.choices import Choices
from services.gateway.federation.planning.draft import Draft, DraftFetch, DraftSelection, Location, Position
from services.gateway.federation.planning.moves import Moves
from services.gateway.federation.planning.plan import Step
from services.gateway.federation.planning.reach import Reach
from services.gateway.federation.planning.response_names import ResponseNames
from services.gateway.federation.supergraph.model import Supergraph

Used = set[DraftFetch]


class Planner:
    """Plans one operation, by at most `most_fields` fields, tried ones too; `draft` holds the outcome.

    `about_the_schema` are the fields that no subgraph is asked for, in order: below fields of type Query, too.
    """

    def __init__(self, supergraph: Supergraph, operation: Operation, most_fields: int) -> None:
        self.supergraph = supergraph
        self.operation = operation
        self.names = ResponseNames(supergraph, operation)
        self.draft = Draft()
        self.budget = Budget(count_leaves(operation.selections), most_fields)
        self.reach = Reach(supergraph)
        self.about_the_schema: dict[Field, None] = {}
        self._moves = Moves(self)
        self._choices = Choices(self, self._moves)

    def plan(self) -> Draft:
        """Raises PlanningError when a field cannot be reached, RequestError when it takes too long to see how."""
        asked = collect(self.operation.selections, self.supergraph.names_of(self.operation.root_type))
        fields = [one for one in asked if not one.name.startswith("__")]
        self.about_the_schema.update((one, None) for one in asked if one.name in ABOUT_THE_SCHEMA)
        if self.operation.kind == "query":
            self._plan_root(fields, [])
        else:
            self._plan_serially(fields)
        return self.draft

    def _plan_serially(self, fields: list[Field]) -> None:
        """Each field after all that came before it, everything below included.

        Neighbours in one subgraph share a request, which keeps order, if that is all that the former of them needs.
        """
        locations: list[Location] = []
        for field in fields:
            fetches = self.draft.fetches
            self._moves.root_waits_for = tuple(fetches)
            locations = [location for location in locations[-1:] if location.fetch is fetches[-1]]
            self._plan_root([field], locations)

    def _plan_root(self, fields: list[Field], locations: list[Location]) -> None:
        position = Position(self.operation.root_type, (), locations)
        left = self.plan_object(position, fields, set())
        if left:
            raise PlanningError(f"no subgraph can resolve {print_compact(tuple(left))}")

    def plan_object(self, position: Position, fields: Sequence[Field], used: Used) -> list[Field]:
        """Plans what can be; returns the rest. Adds to `used` every fetch that takes part."""
        stays = position.stays or (not self.budget.is_spent and self.reach.has_shared(position.type_name, fields))
        left = self.plan_here(replace(position, stays=stays), fields, used)
        return self._choices.finish(position, left, used, stayed=stays) if left and not position.stays else left

    def plan_here(self, position: Position, fields: Iterable[Field], used: Used) -> list[Field]:
        """Plans what can be asked at the locations there are; returns the rest."""
        left = []
        for field in fields:
            rest: Field | None = field
            for location in position.locations:
                rest = rest and self.plan_field(position, location, rest, used)
            if rest:
                left.append(rest)
        return left

    def plan_field(self, position: Position, location: Location, field: Field, used: Used) -> Field | None:
        """Asks for the field at the location; returns what of it could not be had."""
        self.budget.count_field()
        if field.name == TYPENAME:
            return self._plan_typename(position, location, field, used)
        if field.name in ABOUT_THE_SCHEMA:
            self.about_the_schema[field] = None
            used.add(location.fetch)
            return None
        if not self.reach.is_local(position, location, field):
            return field
        key = self.names.key(position.path, position.type_name, field)
        # A selection can be empty, when all of it is skipped: its object is wanted all the same.
        if self.supergraph.types[position.type_name].fields[field.name].type_name not in self.supergraph.types:
            self.draft.add_field(location.selection, key, field, None)
            used.add(location.fetch)
            return None
        return self._plan_composite(position, location, field, key, used)

    def _plan_typename(self, position: Position, location: Location, field: Field, used: Used) -> Field | None:
        """An object's type is evident to whoever completes the answer; behind an interface object it is not."""
        if self.supergraph.types[position.type_name].is_interface_object_in(location.subgraph):
            return field
        used.add(location.fetch)
        return None

    def _plan_composite(
        self, position: Position, location: Location, field: Field, key: str, used: Used
    ) -> Field | None:
        mark = self.draft.mark()
        used_inside: Used = {location.fetch}
        left = self._plan_children(position, location, field, key, used_inside)
        if left and (self._is_whole(position, field) or count_leaves(left) >= count_leaves(field.selections)):
            self.draft.rollback(mark)
            return field
        used |= used_inside
        return replace(field, selections=left) if left else None

    def _is_whole(self, position: Position, field: Field) -> bool:
        """Where nothing moves, some are left whole to those who may have it all.

        Put together from several subgraphs they might be parts of different objects: when a type has yet to be told,
        and in lists, whose order is not the same everywhere.
        """
        model = self.supergraph.types[position.type_name].fields[field.name]
        return position.stays and (model.is_list or self.supergraph.is_abstract(model.type_name))

    def _plan_children(self, position: Position, location: Location, field: Field, key: str, used: Used) -> Selections:
        model = self.supergraph.types[position.type_name].fields[field.name]
        join = model.joins[location.subgraph]
        declared = join.type_name or model.type_name
        selection = self.draft.add_composite(
            location.selection, key, field, self.open_selection(declared, location.subgraph, model.type_name)
        )
        provided = self.reach.provided_below(position.type_name, field, location.subgraph, location.provided)
        inner = Location(location.subgraph, location.fetch, selection, provided)
        path = (*position.path, Step(key))
        below = replace(position, type_name=model.type_name, path=path, locations=self.draft.locations(inner))
        if not self.supergraph.is_abstract(model.type_name):
            fields = collect(field.selections, self.supergraph.names_of(model.type_name))
            return tuple(self.plan_object(below, fields, used))
        return self.plan_abstract(below, inner, declared, field.selections, used)

    def open_selection(self, declared: str, subgraph: str, type_name: str) -> DraftSelection:
        """An empty selection on a type as the subgraph declares it.

        It asks for `__typename` where clients see an abstract type, even if the subgraph has only one of its kinds.
        """
        is_open = self.supergraph.is_abstract(type_name)
        return DraftSelection(
            declared, is_open and not self.supergraph.types[declared].is_interface_object_in(subgraph)
        )

    def plan_abstract(
        self, position: Position, location: Location, declared: str, selections: Selections, used: Used
    ) -> Selections:
        """Each object type that the subgraph can answer is a position of its own."""
        if self.supergraph.types[declared].is_interface_object_in(location.subgraph):
            return self._moves.plan_interface_object(position, selections, used)
        left: dict[str, list[Field]] = {}
        for type_name in self.supergraph.possible_types_in(declared, location.subgraph):
            fields = collect(selections, self.supergraph.names_of(type_name))
            left[type_name] = self._plan_possible(position, location, type_name, fields, used)
        of_all = collect(selections, frozenset({position.type_name}))
        if not left:
            return tuple(field for field in of_all if not self._is_declared(declared, field, location.subgraph))
        return tuple(_of_abstract(of_all, left))

    def _is_declared(self, type_name: str, field: Field, subgraph: str) -> bool:
        return field.name == TYPENAME or self.supergraph.join(type_name, field.name, subgraph) is not None

    def _plan_possible(
        self, position: Position, location: Location, type_name: str, fields: tuple[Field, ...], used: Used
    ) -> list[Field]:
        fragment = self.draft.add_fragment(location.selection, type_name)
        path = (*position.path[:-1], replace(position.path[-1], on=type_name))
        narrowed = replace(location, selection=fragment)
        locations = self.draft.locations(narrowed)
        return self.plan_object(replace(position, type_name=type_name, path=path, locations=locations), fields, used)


def _of_abstract(of_all: tuple[Field, ...], left: dict[str, list[Field]]) -> Iterator[Selection]:
    """What is left at an abstract position, by type.

    What the client asks of the interface itself comes from one place for all types or not at all: if only some of them
    lack it here, another subgraph's object at the same place may be of another type, and parts would be mixed.
    """
    whole = [field for field in of_all if 0 < sum(field in rest for rest in left.values()) < len(left)]
    yield from whole
    for type_name, rest in left.items():
        narrow = tuple(field for field in rest if field not in whole)
        if narrow:
            yield Fragment(type_name, narrow)
