"""The fields of entities, and which subgraphs have them."""

from tests.federation.fuzz.chance import Chance
from tests.federation.fuzz.making.texts import scalar, some_arguments, wrapped
from tests.federation.fuzz.world import KEYS, RUN, Declared, World


def add_fields(world: World, chance: Chance) -> None:
    """Leaves; and one that counts the mutations before it."""
    for name in world.entities:
        for number in range(chance.number(1, 4)):
            text, arguments = scalar(chance), some_arguments(chance, 0.25)
            home = world.home(name)
            owners = chance.some(home) if chance(0.25) else (chance.one(home),)
            for owner in owners:
                world.fields(owner, name)[f"{name.lower()}{number}"] = Declared(
                    text, arguments, is_shareable=len(owners) > 1
                )
        if chance(0.2):
            world.fields(chance.one(world.home(name)), name)[f"done{name}"] = Declared("Int", (RUN,))


def add_references(world: World, chance: Chance) -> None:
    """To values, which who has both shares, and to whatever else the subgraph knows."""
    for name in world.entities:
        for number in range(chance.number(0, 2)):
            _add_reference(world, chance, name, f"r{name.lower()}{number}")


def _add_reference(world: World, chance: Chance, name: str, field_name: str) -> None:
    home = world.home(name)
    owner = chance.one(home)
    shared = [it for it in world.values if all(other in home for other in world.home(it))]
    target = chance.one([it for it in world.targets(owner) if world.is_whole(owner, it) or it in shared])
    owners = [it for it in home if target in world.targets(it)] if target in world.values else [owner]
    text = wrapped(target, chance)
    for one in owners:
        world.fields(one, name)[field_name] = Declared(text, is_shareable=len(owners) > 1)


def override_some(world: World, chance: Chance) -> None:
    """One subgraph takes a field over from another."""
    for name in world.entities:
        if len(world.home(name)) < 2 or chance(0.7):
            continue
        taker, giver = chance.any_order(world.home(name), 2, 2)
        given = [it for it, one in world.fields(giver, name).items() if _can_be_taken(world, name, it, one)]
        if given and taker not in world.old and giver not in world.old and given[0] not in world.fields(taker, name):
            old = world.fields(giver, name)[given[0]]
            world.fields(taker, name)[given[0]] = Declared(old.type_text, old.arguments, overrides=giver)


def _can_be_taken(world: World, name: str, field_name: str, declared: Declared) -> bool:
    return _is_plain(name, field_name) and not declared.is_shareable and declared.type_name not in world.values


def hide_some(world: World, chance: Chance) -> None:
    """Fields that only the subgraphs know: they may still be keys, and required."""
    for name in world.entities:
        owners = [it for it in world.home(name) if it not in world.old]
        if not owners or chance(0.7):
            continue
        fields = world.fields(chance.one(owners), name)
        hidden = chance.one([it for it in fields if it != "id"] or [""])
        if hidden and (hidden in KEYS or _is_plain(name, hidden)):
            fields[hidden].is_hidden = True


def _is_plain(name: str, field_name: str) -> bool:
    return field_name.startswith(name.lower())
