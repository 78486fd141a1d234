"""What can be asked where, and which moves lead to more: by look-ups alone, nothing is planned."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from services.gateway.federation.operation.selection import Field, Selections, collect, find_field
from services.gateway.federation.planning.draft import Location, Position
from services.gateway.federation.supergraph.model import Key, Supergraph


@dataclass(frozen=True, slots=True)
class Move:
    """Enter `subgraph` with representations of `type_name` by `key`; no key at a root type.

    A move that `stays` asks for what the subgraph has by itself: inside the fields that it brings, nothing moves on.
    """

    subgraph: str
    type_name: str
    key: Selections | None
    stays: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """A move, and which of the fields that are left it is for."""

    move: Move
    wanted: frozenset[int]
    own: int


class Reach:
    """The look-ups over one supergraph."""

    def __init__(self, supergraph: Supergraph) -> None:
        self.supergraph = supergraph
        self._own_leaves: dict[tuple[str, str, Field, Selections], int] = {}
        self._known_ways: dict[tuple[str, str], tuple[tuple[Move, Move], ...]] = {}

    def is_local(self, position: Position, location: Location, field: Field) -> bool:
        """Whether the location's subgraph answers the field right there."""
        join = self.supergraph.join(position.type_name, field.name, location.subgraph)
        if join is None:
            return False
        if join.external or join.overridden:
            return self._provided(position.type_name, field, location.provided) is not None
        return not join.requires or field.name in location.satisfied

    def provided_below(self, type_name: str, field: Field, subgraph: str, provided: Selections) -> Selections:
        """What `@provides` makes available in the subgraph below the field, here or from further up."""
        known = self._provided(type_name, field, provided)
        return self.supergraph.types[type_name].fields[field.name].joins[subgraph].provides + (
            known.selections if known else ()
        )

    def _provided(self, type_name: str, field: Field, provided: Selections) -> Field | None:
        return find_field(collect(provided, self.supergraph.names_of(type_name)), field.name)

    def moves(self, position: Position, left: Sequence[Field]) -> list[list[Move]]:
        """The moves that have something of what is left, in groups: each is for when those before it fail.

        What one subgraph alone has is to be had there, whatever else is done: the moves there come first.
        """
        found = list(self._found(position, left))
        for index in range(len(left)):
            needed = {one.move.subgraph for one in found if index in one.wanted}
            if len(needed) == 1:
                inside = [one for one in found if one.move.subgraph in needed]
                outside = [one for one in found if one.move.subgraph not in needed]
                return [_ordered(inside), _ordered(outside)]
        return [_ordered(found)]

    def _found(self, position: Position, left: Sequence[Field]) -> Iterator[_Found]:
        for type_name in self.supergraph.names_to_enter_by(position.type_name):
            homes = [self._homes(position, type_name, field) for field in left]
            shared = {index for index, field in enumerate(left) if field.selections and len(homes[index]) > 1}
            for subgraph, keys in self.supergraph.types[type_name].keys.items():
                wanted = frozenset(index for index, home in enumerate(homes) if subgraph in home)
                if not wanted or not self._may_enter(position, type_name, subgraph):
                    continue
                own = sum(self.own_leaves(type_name, left[index], subgraph) for index in wanted)
                may_stay = bool(shared & wanted) and not self.is_serial(type_name)
                for move in self._ways(subgraph, type_name, keys):
                    yield from (_Found(one, wanted, own) for one in move if may_stay or not one.stays)

    def has_shared(self, type_name: str, fields: Iterable[Field]) -> bool:
        """Whether any of the fields leads to objects that several subgraphs know a way to, and may all be asked."""
        models = (self.supergraph.field(type_name, field.name) for field in fields if field.selections)
        is_shared = any(model is not None and len(model.resolvers) > 1 for model in models)
        return is_shared and not self.is_serial(type_name)

    def _homes(self, position: Position, type_name: str, field: Field) -> frozenset[str]:
        """The subgraphs that resolve the field, less those where a location has been asked already."""
        model = self.supergraph.field(type_name, field.name)
        if model is None:
            return frozenset()
        return model.resolvers.difference(
            location.subgraph for location in position.locations if self.is_local(position, location, field)
        )

    def own_leaves(self, type_name: str, field: Field, subgraph: str, provided: Selections = ()) -> int:
        """How many leaves of the field the subgraph can tell by itself, from there on, those that are provided too.

        An estimate: it is soon made.
        """
        key = (type_name, subgraph, field, provided)
        if key not in self._own_leaves:
            self._own_leaves[key] = self._count_own_leaves(type_name, field, subgraph, provided)
        return self._own_leaves[key]

    def _count_own_leaves(self, type_name: str, field: Field, subgraph: str, provided: Selections) -> int:
        model = self.supergraph.field(type_name, field.name)
        known = self._provided(type_name, field, provided)
        if model is None or subgraph not in (model.joins if known else model.resolvers):
            return 0
        if not field.selections:
            return 1
        below = self.provided_below(type_name, field, subgraph, provided)
        return sum(
            self.own_leaves(possible, one, subgraph, below)
            for possible in self.supergraph.possible_types_in(model.type_name, subgraph)
            for one in collect(field.selections, self.supergraph.names_of(possible))
        )

    def _may_enter(self, position: Position, type_name: str, subgraph: str) -> bool:
        """By its own name, or by that of an interface that the subgraph takes for an object; never in circles."""
        if ("key", position.type_name, subgraph) in position.pending:
            return False
        return type_name == position.type_name or self.supergraph.types[type_name].is_interface_object_in(subgraph)

    def _ways(self, subgraph: str, type_name: str, keys: tuple[Key, ...]) -> tuple[tuple[Move, Move], ...]:
        """Each way in, as a move that goes on from there and as one that stays."""
        if (subgraph, type_name) not in self._known_ways:
            by = [None] if type_name in self.supergraph.roots.values() else []
            moves = [Move(subgraph, type_name, key) for key in (*by, *(k.selections for k in keys if k.resolvable))]
            self._known_ways[subgraph, type_name] = tuple((move, replace(move, stays=True)) for move in moves)
        return self._known_ways[subgraph, type_name]

    def is_serial(self, type_name: str) -> bool:
        """Whether a field of the type runs once, or streams, in one subgraph."""
        return type_name in (self.supergraph.roots.get("mutation"), self.supergraph.roots.get("subscription"))


def _ordered(found: list[_Found]) -> list[Move]:
    """Those that bring most first: they are the likely ones, and all that is tried when there is no time to compare."""
    return [one.move for one in sorted(found, key=lambda one: (-len(one.wanted), -one.own))]
