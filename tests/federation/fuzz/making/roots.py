"""Where operations begin."""

from tests.federation.fuzz.chance import Chance
from tests.federation.fuzz.making.field_sets import some_provided
from tests.federation.fuzz.making.texts import some_arguments, wrapped
from tests.federation.fuzz.world import RUN, Declared, World


def add_queries(world: World, chance: Chance) -> None:
    """Each subgraph has some of its own."""
    for subgraph in world.subgraphs:
        fields = world.part(subgraph, "Query").fields
        for number in range(chance.number(1, 2)):
            fields[f"get_{subgraph}{number}"] = _root(world, chance, subgraph)
    _share_some(world, chance)


def add_mutations(world: World, chance: Chance) -> None:
    """Each says how many mutations there were with it, or gives something."""
    for subgraph in world.subgraphs if chance(0.5) else ():
        fields = world.part(subgraph, "Mutation").fields
        fields[f"count_{subgraph}"] = Declared("Int", (RUN,))
        for number in range(chance.number(0, 2)):
            root = _root(world, chance, subgraph)
            root.arguments = (RUN, *root.arguments)
            fields[f"set_{subgraph}{number}"] = root


def add_subscriptions(world: World, chance: Chance) -> None:
    for subgraph in chance.some(world.subgraphs, least=0):
        world.part(subgraph, "Subscription").fields[f"on_{subgraph}"] = _root(world, chance, subgraph)


def _root(world: World, chance: Chance, subgraph: str) -> Declared:
    target = chance.one([it for it in world.targets(subgraph) if world.is_whole(subgraph, it)] or ["Int"])
    leads_on = target in world.entities or target in world.abstract
    provides = some_provided(world, chance, subgraph, target) if leads_on else ()
    return Declared(wrapped(target, chance), some_arguments(chance, 0.3), provides=provides)


def _share_some(world: World, chance: Chance) -> None:
    """A root field that several subgraphs have, of a type that each knows in part."""
    for target in (*world.values, *world.entities):
        owners = [one for one in world.subgraphs if target in world.targets(one)]
        if len(owners) > 1 and chance(0.5):
            text = chance.one((target, f"[{target}]"))
            for one in owners:
                world.part(one, "Query").fields[f"s{target.lower()}"] = Declared(text, is_shareable=True)
