"""A made-up organisation of subgraphs: what each of them declares. The same seed gives the same world.

Objects are entities with ids that tell their type (`A7`), values without keys that hang below them, and unions and
interfaces of entities. Every field is declared in one subgraph, shared by several, external, provided, required or
overridden, as chance has it; what does not compose is thrown away by whoever asks for worlds.
"""

from dataclasses import dataclass, field
from random import Random

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@external",'
    ' "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible"])\n'
)
SCALARS = ("String", "Int", "Boolean", "ID", "Colour")
COLOURS = "enum Colour { RED GREEN BLUE }"


@dataclass
class Declared:
    """A field as one subgraph declares it. `requires` and `provides` are names of plain fields."""

    type_text: str
    directives: str = ""
    arguments: str = ""
    requires: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    is_external: bool = False


@dataclass
class Part:
    """A type in one subgraph."""

    head: str
    fields: dict[str, Declared] = field(default_factory=dict)


@dataclass
class World:
    seed: int
    subgraphs: tuple[str, ...]
    entities: tuple[str, ...]
    values: tuple[str, ...]
    parts: dict[tuple[str, str], Part] = field(default_factory=dict)
    unions: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    implements: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def sdl(self, subgraph: str) -> str:
        blocks = [LINK, COLOURS]
        for (owner, _), part in self.parts.items():
            if owner == subgraph and part.fields:
                blocks.append(f"{part.head} {{ {' '.join(_printed(name, one) for name, one in part.fields.items())} }}")
        blocks += [
            f"union {name} = {' | '.join(members[subgraph])}"
            for name, members in self.unions.items()
            if subgraph in members
        ]
        return "\n".join(blocks)


def _printed(name: str, one: Declared) -> str:
    requires = f' @requires(fields: "{" ".join(one.requires)}")' if one.requires else ""
    provides = f' @provides(fields: "{" ".join(one.provides)}")' if one.provides else ""
    external = " @external" if one.is_external else ""
    return f"{name}{one.arguments}: {one.type_text}{one.directives}{external}{requires}{provides}"


def make_world(seed: int) -> World:
    return _Maker(Random(seed), seed).make()  # noqa: S311 - to make things up


class _Maker:
    def __init__(self, random: Random, seed: int) -> None:
        self.random = random
        subgraphs = tuple("abcd"[: random.randint(2, 4)])
        self.world = World(seed, subgraphs, tuple("ABCDE"[: random.randint(2, 5)]), tuple("VW"[: random.randint(0, 2)]))
        self.home: dict[str, list[str]] = {}

    def make(self) -> World:
        for name in self.world.entities:
            self._entity(name)
        for name in self.world.values:
            self._value(name)
        self._union()
        self._interface()
        for name in self.world.entities:
            self._fields(name)
            self._references(name)
        for name in self.world.entities:
            self._requirement(name)
            self._override(name)
        for subgraph in self.world.subgraphs:
            self._roots(subgraph)
        self._shared_root()
        return self.world

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, names: tuple[str, ...], least: int = 1) -> list[str]:
        return sorted(self.random.sample(names, self.random.randint(least, len(names))))

    def wrapped(self, name: str) -> str:
        return self.random.choice((name, name, f"{name}!", f"[{name}]", f"[{name}!]!", f"[[{name}]]"))

    def scalar(self) -> str:
        name = self.random.choice(SCALARS)
        return self.random.choice((name, name, f"{name}!", f"[{name}!]"))

    def _entity(self, name: str) -> None:
        self.home[name] = self.some(self.world.subgraphs)
        by_code = self.chance(0.4)
        for number, subgraph in enumerate(self.home[name]):
            style = (
                self.random.choice(("id", "code", "both", "pair"))
                if by_code and number
                else "both"
                if by_code
                else "id"
            )
            keys = {
                "id": ' @key(fields: "id")',
                "code": ' @key(fields: "code")',
                "both": ' @key(fields: "id") @key(fields: "code")',
                "pair": ' @key(fields: "id code")',
            }[style]
            part = self.world.parts[subgraph, name] = Part(f"type {name}{keys}")
            if style != "code":
                part.fields["id"] = Declared("ID!")
            if style != "id":
                part.fields["code"] = Declared("String!")

    def _value(self, name: str) -> None:
        """Shared by parts: each subgraph has some of the fields."""
        self.home[name] = self.some(self.world.subgraphs)
        types = {f"{name.lower()}{number}": self.scalar() for number in range(3)}
        for subgraph in self.home[name]:
            part = self.world.parts[subgraph, name] = Part(f"type {name} @shareable")
            for field_name in self.some(tuple(types)):
                part.fields[field_name] = Declared(types[field_name])

    def _union(self) -> None:
        if self.chance(0.6):
            members = {
                subgraph: tuple(name for name in self.world.entities if subgraph in self.home[name])
                for subgraph in self.world.subgraphs
            }
            self.world.unions["U"] = {
                subgraph: tuple(self.some(names)) for subgraph, names in members.items() if names and self.chance(0.7)
            }

    def _interface(self) -> None:
        """An interface of all entities of one subgraph; another one may know it as an object."""
        owner = self.random.choice(self.world.subgraphs)
        members = [name for name in self.world.entities if "id" in self._fields_of(owner, name)]
        if not members or self.chance(0.4):
            return
        self.world.implements["I"] = tuple(members)
        keyed = [one for one in self.world.subgraphs if one != owner and not any(one in self.home[m] for m in members)]
        is_entity = bool(keyed) and self.chance(0.8)
        is_entity = is_entity and all('@key(fields: "id")' in self.world.parts[owner, name].head for name in members)
        key = ' @key(fields: "id")' if is_entity else ""
        self.world.parts[owner, "I"] = Part(f"interface I{key}", {"id": Declared("ID!")})
        for name in members:
            part = self.world.parts[owner, name]
            part.head = part.head.replace(f"type {name}", f"type {name} implements I", 1)
        if is_entity:
            seen = Part('type I @key(fields: "id") @interfaceObject', {"id": Declared("ID!")})
            seen.fields["extra"] = Declared(self.scalar())
            self.world.parts[self.random.choice(keyed), "I"] = seen

    def _fields_of(self, subgraph: str, name: str) -> dict[str, Declared]:
        part = self.world.parts.get((subgraph, name))
        return part.fields if part else {}

    def _fields(self, name: str) -> None:
        for number in range(self.random.randint(1, 4)):
            text = self.scalar()
            owners = self.some(tuple(self.home[name])) if self.chance(0.25) else [self.random.choice(self.home[name])]
            arguments = "(x: Int = 3, y: String)" if self.chance(0.2) else ""
            directives = " @shareable" if len(owners) > 1 else ""
            for owner in owners:
                self._fields_of(owner, name)[f"{name.lower()}{number}"] = Declared(text, directives, arguments)

    def _targets(self, subgraph: str) -> list[str]:
        return [name for (owner, name), part in self.world.parts.items() if owner == subgraph and part.fields] + [
            name for name, members in self.world.unions.items() if subgraph in members
        ]

    def _references(self, name: str) -> None:
        for number in range(self.random.randint(0, 2)):
            owner = self.random.choice(self.home[name])
            target = self.random.choice(self._targets(owner))
            shared = target in self.world.values and len(self.home[name]) > 1
            owners = [one for one in self.home[name] if target in self._targets(one)] if shared else [owner]
            text = self.random.choice((target, f"[{target}!]")) if shared else self.wrapped(target)
            for one in owners:
                self._fields_of(one, name)[f"r{name.lower()}{number}"] = Declared(
                    text, " @shareable" if len(owners) > 1 else ""
                )

    def _foreign(self, name: str, subgraph: str) -> list[str]:
        """Plain fields of the entity that others have and the subgraph has not."""
        ours = self._fields_of(subgraph, name)
        return sorted(
            {
                field_name
                for other in self.home[name]
                for field_name, one in self._fields_of(other, name).items()
                if field_name not in ours and field_name[0] == name.lower() and not one.arguments and not one.requires
            }
        )

    def _type_of(self, name: str, field_name: str) -> str:
        return next(
            one.fields[field_name].type_text
            for (_, type_name), one in self.world.parts.items()
            if type_name == name and field_name in one.fields
        )

    def _requirement(self, name: str) -> None:
        subgraph = self.random.choice(self.home[name])
        # One that may not be null would, if it failed, take its whole entity with it.
        foreign = [one for one in self._foreign(name, subgraph) if not self._type_of(name, one).endswith("!")]
        if foreign and self.chance(0.6):
            wanted = self.some(tuple(foreign))[:2]
            fields = self._fields_of(subgraph, name)
            for one in wanted:
                fields[one] = Declared(self._type_of(name, one), is_external=True)
            fields[f"q{name.lower()}"] = Declared("String", requires=tuple(wanted))

    def _override(self, name: str) -> None:
        """One subgraph takes a field over from another."""
        if len(self.home[name]) < 2 or self.chance(0.7):
            return
        taker, giver = self.random.sample(self.home[name], 2)
        given = [
            one
            for one, declared in self._fields_of(giver, name).items()
            if one[0] == name.lower() and not declared.directives and not declared.is_external
        ]
        for one in given[:1]:
            if one not in self._fields_of(taker, name):
                declared = self._fields_of(giver, name)[one]
                self._fields_of(taker, name)[one] = Declared(
                    declared.type_text, f' @override(from: "{giver}")', declared.arguments
                )

    def _roots(self, subgraph: str) -> None:
        query = self.world.parts.setdefault((subgraph, "Query"), Part("type Query"))
        for number in range(self.random.randint(1, 2)):
            target = self.random.choice(self._targets(subgraph) or ["Int"])
            provides = self._provided(subgraph, target) if target in self.world.entities else ()
            arguments = "(n: Int = 2)" if self.chance(0.3) else ""
            query.fields[f"get_{subgraph}{number}"] = Declared(
                self.wrapped(target), arguments=arguments, provides=provides
            )

    def _provided(self, subgraph: str, target: str) -> tuple[str, ...]:
        shareable = [
            one
            for one in self._foreign(target, subgraph)
            if all(
                "@override" not in declared.directives
                for (_, type_name), part in self.world.parts.items()
                if type_name == target
                for known, declared in part.fields.items()
                if known == one
            )
        ]
        if not shareable or self.chance(0.5):
            return ()
        one = self.random.choice(shareable)
        for (_, type_name), part in self.world.parts.items():
            if type_name == target and one in part.fields and not part.fields[one].is_external:
                part.fields[one].directives = " @shareable"
        self._fields_of(subgraph, target)[one] = Declared(self._type_of(target, one), is_external=True)
        return (one,)

    def _shared_root(self) -> None:
        """A root field that several subgraphs have, of a type that each knows in part."""
        for target in (*self.world.values, *self.world.entities):
            owners = [one for one in self.world.subgraphs if target in self._targets(one)]
            if len(owners) > 1 and self.chance(0.5):
                text = self.random.choice((target, f"[{target}]"))
                for one in owners:
                    self.world.parts[one, "Query"].fields[f"s{target.lower()}"] = Declared(text, " @shareable")
