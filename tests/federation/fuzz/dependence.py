"""Which fields need a subgraph that is down: as far as that is certain whatever plan is made.

A field that no other subgraph has needs it. One that others have does not, where the way to them is certain too: from
where its object must be, by a key that is there. What a plan may get in either of two subgraphs is left open.
"""

from enum import Enum

from tests.federation.fuzz.world import KEYS, Declared, Part, Pick, Picks, World, names_in

_ROOTS = ("Query", "Mutation", "Subscription")
_DEEPEST = 8
"""Requirements of requirements; beyond, nothing is certain."""


class Need(Enum):
    NOT = "not"
    MAYBE = "maybe"
    SURELY = "surely"


class Dependence:
    """On one subgraph of a world. `known_in` are the subgraphs one of which the field's object is got from."""

    def __init__(self, world: World, down: str) -> None:
        self._world = world
        self._down = down
        self._provided: dict[str, set[str]] = {}
        for (subgraph, _), part in world.parts.items():
            for one in part.fields.values():
                for name in names_in(one.provides):
                    self._provided.setdefault(name, set()).add(subgraph)

    def of(self, type_name: str, field_name: str, known_in: frozenset[str], depth: int = 0) -> Need:
        owners, all_ = self._owners(type_name, field_name), self.known_in(type_name, field_name)
        within = all_ & known_in if self._has_no_keys(type_name) else all_
        if within == {self._down}:
            return Need.SURELY
        if self.hides_type(type_name, field_name):
            return Need.MAYBE
        if type_name in _ROOTS:
            return Need.MAYBE if self._down in all_ else Need.NOT
        requires = tuple(pick for one in owners.values() for pick in one.requires)
        required = self._of_picks(type_name, requires, known_in, depth)
        if required is not Need.NOT:
            return required
        return Need.NOT if self._is_near(type_name, owners, all_, known_in, bool(requires)) else Need.MAYBE

    def hides_type(self, type_name: str, field_name: str) -> bool:
        """Whether it leads to objects of which only the interface is known, and the subgraph may have to say more."""
        return any(
            self._world.part(subgraph, one.type_name).is_interface_object
            and (self._down, one.type_name) in self._world.parts
            for subgraph, one in self._owners(type_name, field_name).items()
            if (subgraph, one.type_name) in self._world.parts
        )

    def known_in(self, type_name: str, field_name: str) -> frozenset[str]:
        """The subgraphs that may be asked for it."""
        return frozenset(self._owners(type_name, field_name)) | self._provided.get(field_name, set())

    def _owners(self, type_name: str, field_name: str) -> dict[str, Declared]:
        """Whatever the way there is."""
        owners = {
            subgraph: part.fields[field_name]
            for (subgraph, name), part in self._world.parts.items()
            if self._is_of(type_name, name, part) and field_name in part.fields
            if not part.fields[field_name].is_external
        }
        taken = {one.overrides for one in owners.values()}
        return {subgraph: one for subgraph, one in owners.items() if subgraph not in taken}

    def _is_of(self, type_name: str, name: str, part: Part) -> bool:
        return name == type_name or (part.is_interface_object and self._is_one_of(type_name, name))

    def _is_one_of(self, type_name: str, interface: str) -> bool:
        return any(type_name in members for members in self._world.abstract[interface].values())

    def _has_no_keys(self, type_name: str) -> bool:
        return type_name in self._world.values or type_name == "Box"

    def _of_picks(self, type_name: str, picks: Picks, known_in: frozenset[str], depth: int) -> Need:
        if not picks:
            return Need.NOT
        if depth > _DEEPEST:
            return Need.MAYBE
        needs = [self.of(type_name, one.name, known_in, depth + 1) for one in picks]
        if Need.SURELY in needs:
            return Need.SURELY
        inner = [self._of_inner(type_name, one, depth) for one in picks]
        return Need.NOT if all(one is Need.NOT for one in (*needs, *inner)) else Need.MAYBE

    def _of_inner(self, type_name: str, pick: Pick, depth: int) -> Need:
        """There may be no object that has it, so nothing is sure to be needed."""
        known_in = self.known_in(type_name, pick.name)
        (declared, *_) = self._owners(type_name, pick.name).values()
        needs = [self._of_picks(one.on or declared.type_name, (one,), known_in, depth + 1) for one in pick.picks]
        return Need.NOT if all(one is Need.NOT for one in needs) else Need.MAYBE

    def _is_near(
        self,
        type_name: str,
        owners: dict[str, Declared],
        all_: frozenset[str],
        known_in: frozenset[str],
        is_told: bool,
    ) -> bool:
        """Whether the field is there already, or one step away. What it is told comes by way of a key."""
        if not known_in or self._down in known_in or any((it, type_name) not in self._world.parts for it in known_in):
            return False
        is_here = known_in <= set(owners) and not is_told
        if is_here and all(self._is_leaf(one) for one in owners.values()):
            return True
        if self._down in all_:
            return False
        return is_here or all(
            (it in owners and not is_told) or any(self._leads(it, other, type_name) for other in owners)
            for it in known_in
        )

    def _is_leaf(self, declared: Declared) -> bool:
        return not any(name == declared.type_name for _, name in self._world.parts) and (
            declared.type_name not in self._world.abstract
        )

    def _leads(self, subgraph: str, other: str, type_name: str) -> bool:
        """From an object in the one to the same in the other, by a key that is here."""
        here = {name for name, one in self._world.fields(subgraph, type_name).items() if not one.is_external}
        return any(
            {name for name in KEYS if name in key.replace("{ id }", "").split()} <= here
            for (owner, name), part in self._world.parts.items()
            if owner == other and self._is_of(type_name, name, part) and not part.is_stub
            for key in part.keys
        )
