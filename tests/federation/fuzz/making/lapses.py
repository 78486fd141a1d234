"""Entities that a subgraph has not got, or fails to find, although others know them."""

from tests.federation.fuzz.chance import Chance
from tests.federation.fuzz.world import KEYS, World, names_in


def add_lapses(world: World, chance: Chance) -> None:
    """Only where nobody else depends on the subgraph, for a type neither: what is gone is then gone on every way."""
    required = {
        name for part in world.parts.values() for one in part.fields.values() for name in names_in(one.requires)
    }
    for (subgraph, type_name), part in world.parts.items():
        names = set(part.fields) - {"id"}
        if (
            type_name in world.entities
            and part.keys == ("id",)
            and not part.implements
            and subgraph in world.home(type_name)
            and not names & (set(KEYS) | {"label"} | required)
            and all(_is_of_its_own(world, subgraph, name) for name in names)
            and chance(0.5)
        ):
            world.lapsing.add((subgraph, type_name))


def _is_of_its_own(world: World, subgraph: str, field_name: str) -> bool:
    everywhere = [
        (owner, part.fields[field_name]) for (owner, _), part in world.parts.items() if field_name in part.fields
    ]
    return all(
        owner == subgraph and not (one.is_external or one.is_shareable or one.overrides) for owner, one in everywhere
    )
