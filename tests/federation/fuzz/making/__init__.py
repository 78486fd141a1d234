"""Making worlds: the same seed gives the same one.

Every field is declared in one subgraph, shared by several, external, provided, required or overridden, as chance has
it; what does not compose is thrown away by whoever asks for worlds.
"""

from tests.federation.fuzz.chance import Chance
from tests.federation.fuzz.making.field_sets import add_provisions, add_requirements
from tests.federation.fuzz.making.fields import add_fields, add_references, hide_some, override_some
from tests.federation.fuzz.making.lapses import add_lapses
from tests.federation.fuzz.making.roots import add_mutations, add_queries, add_subscriptions
from tests.federation.fuzz.making.types import add_entities, add_interface, add_union, add_values
from tests.federation.fuzz.world import World


def make_world(seed: int) -> World:
    chance = Chance(seed)
    subgraphs = tuple("abcd"[: chance.number(2, 4)])
    world = World(
        seed,
        subgraphs,
        entities=tuple("ABCDE"[: chance.number(2, 5)]),
        values=tuple("VW"[: chance.number(0, 2)]),
        old=frozenset(subgraphs[-1:]) if chance(0.2) else frozenset(),
        hides_pink=chance(0.2),
        apart=chance.one(subgraphs) if chance(0.3) else None,
    )
    for add in (
        *(add_entities, add_values, add_union, add_interface, add_fields, add_references),
        *(override_some, hide_some, add_requirements, add_provisions),
        *(add_queries, add_mutations, add_subscriptions, add_lapses),
    ):
        add(world, chance)
    world.breaks_required = chance(0.2)
    return world
