"""What fields require of other subgraphs, and what they provide of them."""

from tests.federation.fuzz.chance import Chance
from tests.federation.fuzz.world import Declared, Part, Pick, Picks, World, names_in

_DEPTH = 2


def add_requirements(world: World, chance: Chance) -> None:
    """Of leaves, with arguments too, and of fields that require others themselves: there and back, and in chains."""
    for number in range(2):
        for name in world.entities:
            subgraph = chance.one(world.home(name))
            picks = _External(world, chance, subgraph).picks(name) if chance(0.5) else ()
            if picks:
                world.fields(subgraph, name)[f"q{name.lower()}{number}"] = Declared("String", requires=picks)


def add_provisions(world: World, chance: Chance) -> None:
    """On the way to other entities. Where operations begin there are some too."""
    for (subgraph, name), part in list(world.parts.items()):
        for one in list(part.fields.values()) if name in world.entities else ():
            if one.type_name in (*world.entities, *world.abstract) and not (one.is_external or one.is_shareable):
                one.provides = some_provided(world, chance, subgraph, one.type_name)


def some_provided(world: World, chance: Chance, subgraph: str, type_name: str) -> Picks:
    """What a field that leads to the type provides of it; mostly nothing."""
    if chance(0.6):
        return ()
    picks = _Provided(world, chance, subgraph).picks(type_name)
    for name in names_in(picks):
        for _, one in world.declarations(name):
            one.is_shareable = True
    return picks


class _External:
    """Picks of what others have, which the subgraph declares external for that."""

    def __init__(self, world: World, chance: Chance, subgraph: str) -> None:
        self.world = world
        self.chance = chance
        self.subgraph = subgraph

    def picks(self, type_name: str, depth: int = _DEPTH, most: int = 2) -> Picks:
        """Maybe none."""
        if (part := self.world.parts.get((self.subgraph, type_name))) and part.is_interface_object:
            return ()
        if type_name in self.world.abstract:
            return self._of_members(self.world.abstract[type_name].get(self.subgraph, ()), depth)
        names = [it for it in self.world.foreign(self.subgraph, type_name) if self.suits(it)]
        picks = (self._pick(type_name, name, depth) for name in self.chance.some(names, most=most))
        return tuple(one for one in picks if one)

    def suits(self, field_name: str) -> bool:
        """Whether the field can be picked at all."""
        return all(one.type_name not in {"Query", "Box"} for _, one in self.world.declarations(field_name))

    def _of_members(self, members: tuple[str, ...], depth: int) -> Picks:
        return tuple(
            Pick(one.name, one.arguments, one.picks, on=member)
            for member in members
            for one in self.picks(member, depth, most=1)
        )

    def _pick(self, type_name: str, field_name: str, depth: int) -> Pick | None:
        _, declared = next(self.world.declarations(field_name))
        inner: Picks = ()
        if declared.type_name in (*self.world.entities, *self.world.values, *self.world.abstract):
            inner = self.picks(declared.type_name, depth - 1) if depth else ()
            if not inner:
                return None
        part = self.world.parts.setdefault((self.subgraph, type_name), Part(is_stub=True))
        part.fields[field_name] = Declared(declared.type_text, declared.arguments, is_external=True)
        given = tuple((it.name, self.chance.number(0, 9)) for it in declared.arguments if it.name == "x")
        return Pick(field_name, given, inner)


class _Provided(_External):
    """What is provided has no arguments and requires nothing, and who shares it out knows all that it can be."""

    def suits(self, field_name: str) -> bool:
        return super().suits(field_name) and not any(
            one.arguments
            or one.requires
            or one.overrides
            or self._is_taken(field_name, owner)
            or self._is_wider(one.type_name, owner)
            for owner, one in self.world.declarations(field_name)
        )

    def _is_wider(self, type_name: str, owner: str) -> bool:
        members = self.world.abstract.get(type_name, {})
        return not set(members.get(owner, ())) <= set(members.get(self.subgraph, ()))

    def _is_taken(self, field_name: str, owner: str) -> bool:
        return any(one.overrides == owner for _, one in self.world.declarations(field_name))
