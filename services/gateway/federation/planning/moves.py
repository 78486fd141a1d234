"""Entering another subgraph: which ones could help, what each would cost, and the best of them.

A move to subgraph S at a position of type T sends representations of T (a key of T in S, and whatever the fields
asked there `@require`) and asks `_entities` for the fields. Planning the key or the requirements is planning like any
other, so it may need moves of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from services.gateway.federation.operation.selection import (
    TYPENAME,
    Field,
    Selections,
    collect,
    count_leaves,
    disagree,
)
from services.gateway.federation.planning.draft import DraftFetch, Location, Position

if TYPE_CHECKING:
    from services.gateway.federation.planning.planner import Planner, Used

# After so many tried moves the planner takes the first that works: planning time stays bounded, plans stay correct.
_LOOKAHEAD = 250


@dataclass(frozen=True, slots=True)
class _Move:
    """Enter `subgraph` with representations of `type_name` by `key`; no key at a root type."""

    subgraph: str
    type_name: str
    key: Selections | None


@dataclass(frozen=True, slots=True)
class _Tried:
    """What a move would leave, what it would cost, and the changes that make it.

    The cost is what is left, then the fetches, then how much of the answer has to wait for others.
    """

    rest: list[Field]
    cost: tuple[int, int, int]
    used: Used
    changes: list[Any]


class Moves:
    """The moves of one planner. `root_waits_for` is what a serial root field has to come after."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.supergraph = planner.supergraph
        self.draft = planner.draft
        self.root_waits_for: tuple[DraftFetch, ...] = ()
        self._lookahead = _LOOKAHEAD

    def advance(self, position: Position, left: list[Field], used: Used) -> list[Field] | None:
        """Makes the move that leaves least and costs fewest fetches; None when none helps."""
        best: _Tried | None = None
        for move in self._unavoidable(position, left, list(self._candidates(position, left))):
            tried = self._try(position, move, left)
            if tried and (best is None or tried.cost < best.cost):
                best = tried
            if best and (best.cost[:2] <= (0, 1) or self._lookahead <= 0):
                break
        if best is None:
            return None
        self.draft.replay(best.changes)
        used |= best.used
        return best.rest

    def _try(self, position: Position, move: _Move, left: list[Field]) -> _Tried | None:
        self._lookahead -= 1
        mark, fetches, used = self.draft.mark(), len(self.draft.fetches), set[DraftFetch]()
        rest = self._make(position, move, left, used)
        made = self.draft.fetches[fetches:]
        late = sum(fetch.selection.count_leaves() for fetch in made if not fetch.is_root)
        cost = (count_leaves(rest or ()), len(made), late)
        changes = self.draft.rollback(mark)
        return None if rest is None else _Tried(rest, cost, used, changes)

    def _make(self, position: Position, move: _Move, left: list[Field], used: Used) -> list[Field] | None:
        """Plans the move; None when its key cannot be had or it brings nothing."""
        location = self._enter(position, move, left)
        if location is None:
            return None
        there = position if move.type_name == position.type_name else self._seen_as(position, move.type_name, location)
        planned = [self.planner.plan_field(there, location, field, used) for field in left]
        # Keys and requirements may have brought locations that have more of it.
        rest = self.planner.plan_here(position, [field for field in planned if field], used)
        if self._is_serial(move) and rest:
            return None  # a mutation runs once, and a subscription streams, in one subgraph
        return rest if count_leaves(rest) < count_leaves(left) else None

    def _enter(self, position: Position, move: _Move, left: list[Field]) -> Location | None:
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

    def _inputs(self, position: Position, move: _Move, fetch: DraftFetch) -> Used | None:
        if move.key is None:
            return {location.fetch for location in position.locations[:1] if position.path} | set(self.root_waits_for)
        inputs: Used = set()
        keyless = position.resolving("key", position.type_name, move.subgraph)
        if self.planner.plan_object(keyless, self._fields(position, move.key), inputs):
            return None
        self.draft.add_needs(fetch, move.key)
        return inputs

    def _satisfy(
        self, position: Position, move: _Move, left: list[Field], fetch: DraftFetch, inputs: Used
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

    def _requires(self, position: Position, move: _Move, field: Field) -> Selections:
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
        """The position's objects under the name of their interface, which is how an interface object knows them."""
        return Position(type_name, position.path, [location], position.pending)

    def _candidates(self, position: Position, left: list[Field]) -> Iterator[_Move]:
        for type_name in self._names_to_enter_by(position.type_name):
            for subgraph, keys in self.supergraph.types[type_name].keys.items():
                if not self._could_help(position, type_name, subgraph, left):
                    continue
                if type_name in self.supergraph.roots.values():
                    yield _Move(subgraph, type_name, None)
                yield from (_Move(subgraph, type_name, key.selections) for key in keys if key.resolvable)

    def _unavoidable(self, position: Position, left: list[Field], moves: list[_Move]) -> list[_Move]:
        """The moves into a subgraph that one of the fields cannot do without, if any; all of them otherwise."""
        for field in left:
            needed = {
                move.subgraph for move in moves if self._is_new_there(position, move.type_name, move.subgraph, field)
            }
            if len(needed) == 1:
                return [move for move in moves if move.subgraph in needed]
        return moves

    def _names_to_enter_by(self, type_name: str) -> Iterator[str]:
        """The type itself, and the interfaces that are interface objects somewhere."""
        yield type_name
        for name in sorted(self.supergraph.names_of(type_name) - {type_name}):
            if any(key.of_interface_object for keys in self.supergraph.types[name].keys.values() for key in keys):
                yield name

    def _could_help(self, position: Position, type_name: str, subgraph: str, left: list[Field]) -> bool:
        if ("key", position.type_name, subgraph) in position.pending:
            return False
        if type_name != position.type_name and not self.supergraph.types[type_name].is_interface_object_in(subgraph):
            return False
        return any(self._is_new_there(position, type_name, subgraph, field) for field in left)

    def _is_new_there(self, position: Position, type_name: str, subgraph: str, field: Field) -> bool:
        """The subgraph resolves the field, and no location of that subgraph has been asked already."""
        join = self.supergraph.join(type_name, field.name, subgraph)
        if join is None or join.external or join.overridden:
            return False
        here = [location for location in position.locations if location.subgraph == subgraph]
        return not any(self.planner.is_local(position, location, field) for location in here)

    def _is_serial(self, move: _Move) -> bool:
        return move.type_name in (self.supergraph.roots.get("mutation"), self.supergraph.roots.get("subscription"))

    def plan_interface_object(self, position: Position, selections: Selections, used: Used) -> Selections:
        """Fields of the interface are asked right here; types and narrower fields where the interface is real."""
        fields = collect(selections, frozenset({position.type_name}))
        narrow = tuple(one for one in selections if not isinstance(one, Field))
        left = self.planner.plan_object(position, [one for one in fields if one.name != TYPENAME], used)
        wants_type = narrow or any(one.name == TYPENAME for one in fields)
        if not left and not wants_type:
            return ()
        return self._enter_real_interface(position, (*left, *narrow), used)

    def _enter_real_interface(self, position: Position, selections: Selections, used: Used) -> Selections:
        for subgraph, keys in self.supergraph.types[position.type_name].keys.items():
            for key in keys:
                if key.of_interface_object or not key.resolvable:
                    continue
                mark = self.draft.mark()
                location = self._enter(position, _Move(subgraph, position.type_name, key.selections), [])
                if location:
                    used.add(location.fetch)
                    return self.planner.plan_abstract(position, location, position.type_name, selections, used)
                self.draft.rollback(mark)
        return selections
