"""The types of a world: which subgraphs know each, and by which keys."""

from tests.federation.fuzz.chance import Chance
from tests.federation.fuzz.making.texts import scalar, some_arguments
from tests.federation.fuzz.world import KEYS, Declared, Part, Pick, World

_KEY_OF = {"id": "id", "code": "code", "box": "box { id }", "marks": "marks"}
_STYLES: tuple[tuple[tuple[str, ...], ...], ...] = (
    *((("id",),), (("id",),), (("code",),), (("box",),), (("marks",),)),
    *((("id", "code"),), (("code", "box"),), (("id",), ("code",)), (("id",), ("marks",))),
)
"""The keys of an entity in a subgraph, each of the fields that make it."""


def add_entities(world: World, chance: Chance) -> None:
    """Each subgraph may know one by another key; the first by all of them."""
    for name in world.entities:
        home = chance.some([it for it in world.subgraphs if it != world.apart])
        styles = {one: chance.one(_STYLES) if chance(0.5) else (("id",),) for one in home[1:]}
        used = [field_name for field_name in KEYS for keys in styles.values() for key in keys if field_name in key]
        styles[home[0]] = tuple((field_name,) for field_name in dict.fromkeys(("id", *used)))
        for subgraph in home:
            world.parts[subgraph, name] = _entity(styles[subgraph], is_extension=subgraph != home[0])
            if "box" in world.fields(subgraph, name):
                world.parts[subgraph, "Box"] = Part(fields={"id": Declared("ID!")}, is_shareable=True)
    _add_stubs(world, chance)
    if chance(0.2):
        _hide_boxes(world)


def _entity(keys: tuple[tuple[str, ...], ...], *, is_extension: bool) -> Part:
    fields = {field_name: Declared(KEYS[field_name]) for key in keys for field_name in key}
    return Part(
        keys=tuple(" ".join(_KEY_OF[it] for it in key) for key in keys), fields=fields, is_extension=is_extension
    )


def _hide_boxes(world: World) -> None:
    """The keys that are made of them stay keys."""
    for (owner, name), part in world.parts.items():
        part.is_hidden = name == "Box"
        if "box" in part.fields and owner not in world.old:
            part.fields["box"].is_hidden = True


def _add_stubs(world: World, chance: Chance) -> None:
    for subgraph in world.subgraphs:
        for name in world.entities:
            is_free = (subgraph, name) not in world.parts and subgraph not in (*world.old, world.apart)
            if is_free and chance(0.2):
                world.parts[subgraph, name] = Part(keys=("id",), fields={"id": Declared("ID!")}, is_stub=True)


def add_values(world: World, chance: Chance) -> None:
    """Shared as a whole, or in parts: each subgraph has some of the fields."""
    for name in world.values:
        types = {f"{name.lower()}{number}": scalar(chance) for number in range(3)}
        least = 1 if chance(0.4) else len(types)
        for subgraph in chance.some(world.subgraphs):
            fields = {it: Declared(types[it]) for it in chance.some(tuple(types), least)}
            world.parts[subgraph, name] = Part(fields=fields, is_shareable=True)


def add_union(world: World, chance: Chance) -> None:
    """Of other members in each subgraph."""
    if chance(0.6):
        known = {it: tuple(one for one in world.entities if (it, one) in world.parts) for it in world.subgraphs}
        world.abstract["U"] = {it: chance.some(names) for it, names in known.items() if names and chance(0.7)}


def add_interface(world: World, chance: Chance) -> None:
    """An interface of entities; another subgraph may know it as an object, or have one of its own with that name."""
    owner = chance.one([it for it in world.subgraphs if it != world.apart])
    members = _identified(world, owner)
    if not members or chance(0.2):
        return
    strangers = [it for it in world.subgraphs if all((it, member) not in world.parts for member in members)]
    has_keys = all("id" in world.parts[owner, member].keys for member in members)
    is_entity = not world.old and bool(strangers) and has_keys and chance(0.9)
    _implement(world, owner, members, ("id",) if is_entity else ())
    if not is_entity and chance(0.4):
        other = chance.one([it for it in world.subgraphs if it != owner])
        if _identified(world, other):
            _implement(world, other, chance.some(_identified(world, other)), ())
            return
    if chance(0.5):
        label = scalar(chance)
        for name in ("I", *members):
            world.fields(owner, name)["label"] = Declared(label)
    if is_entity:
        _add_interface_object(world, chance, owner, chance.one(strangers))


def _add_interface_object(world: World, chance: Chance, owner: str, subgraph: str) -> None:
    """With fields for all that implement the interface; one of them may require what the interface has."""
    fields = {"id": Declared("ID!"), "extra": Declared(scalar(chance), some_arguments(chance, 0.3))}
    label = world.fields(owner, "I").get("label")
    if label and chance(0.5):
        fields["label"] = Declared(label.type_text, is_external=True)
        fields["qi"] = Declared("String", requires=(Pick("label"),))
    world.parts[subgraph, "I"] = Part(keys=("id",), fields=fields, is_interface_object=True)
    world.abstract["I"][subgraph] = world.abstract["I"][owner]


def _identified(world: World, subgraph: str) -> tuple[str, ...]:
    """The entities that have their id there, and more."""
    return tuple(it for it in world.entities if subgraph in world.home(it) and "id" in world.fields(subgraph, it))


def _implement(world: World, subgraph: str, members: tuple[str, ...], keys: tuple[str, ...]) -> None:
    world.parts[subgraph, "I"] = Part("interface", keys, fields={"id": Declared("ID!")})
    world.abstract.setdefault("I", {})[subgraph] = members
    for member in members:
        world.parts[subgraph, member].implements = ("I",)
