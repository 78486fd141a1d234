"""Entering another subgraph.

A move to subgraph S at a position of type T sends representations of T (a key of T in S, and whatever the fields
asked there `@require`) and asks `_entities` for the fields. Planning the key or the requirements is planning like any
other, so it may need moves of its own.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from services.gateway.federation.operation.selection import (
    TYPENAME,
    Field,
    Selections,
    collect,
    count_leaves,
    disagree,
)
from services.gateway.federation.planning.draft import DraftFetch, Location, Position
from services.gateway.federation.planning.reach import Move

if TYPE_CHECKING:
    from services.gateway.federation.planning.planner import Planner, Used


class Moves:
    """The moves of one planner. `root_waits_for` is what a serial root field has to come after."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.supergraph = planner.supergraph
        self.draft = planner.draft
        self.root_waits_for: tuple[DraftFetch, ...] = ()

    def make(self, position: Position, move: Move, left: list[Field], used: Used) -> list[Field] | None:
        """Plans the move; None when its key cannot be had or it brings nothing."""
        known = len(position.locations)
        location = self._enter(position, move, left)
        if location is None:
            return None
        # Keys and requirements may have brought locations that have some of it, and sooner.
        brought = [one for one in position.locations[known:] if one is not location]
        here = replace(position, stays=move.stays)
        rest = self.planner.plan_here(replace(here, locations=brought), left, used)
        rest = self.planner.plan_here(self._seen_as(here, move.type_name, location), rest, used)
        if rest and self.planner.reach.is_serial(move.type_name):
            return None  # a mutation runs once, and a subscription streams, in one subgraph
        return rest if location.selection.is_asked and count_leaves(rest) < count_leaves(left) else None

    def _enter(self, position: Position, move: Move, left: list[Field]) -> Location | None:
        """Adds the fetch, with its key and the requirements of the fields it is made for."""
        selection = self.planner.open_selection(move.type_name, move.subgraph, move.type_name)
        fetch = DraftFetch(move.subgraph, position.path, move.type_name, move.key is None, selection)
        self.draft.add_fetch(fetch)
        inputs = self._inputs(position, move, fetch)
        if inputs is None:
            return None
        satisfied = self._satisfy(position, move, left, fetch, inputs)
        self.draft.wait_for(fetch, inputs)
        location = Location(move.subgraph, fetch, selection, satisfied=satisfied)
        if move.type_name == position.type_name:
            self.draft.add_location(position, location)
        return location

    def _inputs(self, position: Position, move: Move, fetch: DraftFetch) -> Used | None:
        if move.key is None:
            return {location.fetch for location in position.locations[:1] if position.path} | set(self.root_waits_for)
        inputs: Used = set()
        keyless = position.resolving("key", position.type_name, move.subgraph)
        if self.planner.plan_object(keyless, self._fields(position, move.key), inputs):
            return None
        self.draft.add_needs(fetch, move.key)
        return inputs

    def _satisfy(
        self, position: Position, move: Move, left: list[Field], fetch: DraftFetch, inputs: Used
    ) -> frozenset[str]:
        """Plans the `@requires` of each field that wants to be resolved there; the names of those that can be."""
        satisfied = set()
        for field in left:
            requires = self._requires(position, move, field)
            if disagree(chain(*fetch.needs), requires):
                continue  # one representation has one value for each name: this field needs a fetch of its own
            if requires and self._plan_requires(position, field, requires, inputs):
                self.draft.add_needs(fetch, requires)
                satisfied.add(field.name)
        return frozenset(satisfied)

    def _requires(self, position: Position, move: Move, field: Field) -> Selections:
        join = self.supergraph.join(move.type_name, field.name, move.subgraph)
        is_pending = ("requires", position.type_name, field.name) in position.pending
        return () if join is None or is_pending else join.requires

    def _plan_requires(self, position: Position, field: Field, requires: Selections, inputs: Used) -> bool:
        mark, used = self.draft.mark(), set[DraftFetch]()
        pending = position.resolving("requires", position.type_name, field.name)
        if self.planner.plan_object(pending, self._fields(position, requires), used):
            self.draft.rollback(mark)
            return False
        inputs |= used
        return True

    def _fields(self, position: Position, selections: Selections) -> tuple[Field, ...]:
        return collect(selections, self.supergraph.names_of(position.type_name))

    def _seen_as(self, position: Position, type_name: str, location: Location) -> Position:
        """The position's objects at one location, by their own name or, for an interface object, their interface's."""
        return replace(position, type_name=type_name, locations=[location])

    def plan_interface_object(self, position: Position, selections: Selections, used: Used) -> Selections:
        """Fields of the interface are asked right here; types and narrower fields where the interface is real."""
        fields = collect(selections, frozenset({position.type_name}))
        narrow = tuple(one for one in selections if not isinstance(one, Field))
        left = self.planner.plan_object(position, [one for one in fields if one.name != TYPENAME], used)
        wants_type = narrow or any(one.name == TYPENAME for one in fields)
        if not left and not wants_type:
            return ()
        if position.stays:
            return selections
        return self._enter_real_interface(position, (*left, *narrow), used)

    def _enter_real_interface(self, position: Position, selections: Selections, used: Used) -> Selections:
        for subgraph, keys in self.supergraph.types[position.type_name].keys.items():
            for key in keys:
                if key.of_interface_object or not key.resolvable:
                    continue
                mark = self.draft.mark()
                location = self._enter(position, Move(subgraph, position.type_name, key.selections), [])
                if location:
                    used.add(location.fetch)
                    return self.planner.plan_abstract(position, location, position.type_name, selections, used)
                self.draft.rollback(mark)
        return selections
