"""What every field of every object is worth: a function of object, field and arguments, and of nothing else.

So all subgraphs agree on what they share, and one server with the whole schema, the oracle, says what their gateway is
to say. Only mutations leave something behind: how many there were in a run.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from graphql import GraphQLError, ListTypeNode, NamedTypeNode, NonNullTypeNode, TypeNode, parse_type

from tests.federation.fuzz.printing import COLOURS
from tests.federation.fuzz.world import HIDDEN, KEYS, RUN, Pick, Picks, World, names_in, picked_from

_LONGEST = 60


@dataclass
class Object:
    """`given` is what a representation brought along, `provided` what the way here makes available, `known_in` which
    subgraphs it may have been got from.
    """

    type_name: str
    id: str
    given: Mapping[str, Any] = field(default_factory=dict)
    provided: Picks = ()
    known_in: frozenset[str] = frozenset()


_IDENTITY: Mapping[str, Callable[[str], Any]] = {
    "id": lambda identity: identity,
    "code": lambda identity: f"c{identity}",
    "box": lambda identity: Object("Box", identity),
    "marks": lambda identity: ["m", identity],
}


def entity(representation: Mapping[str, Any]) -> Object | GraphQLError:
    """The object that a representation means; an error when it has no key."""
    match representation:
        case {"id": str(identity)} | {"box": {"id": str(identity)}} | {"marks": ["m", str(identity)]}:
            pass
        case {"code": str(code)}:
            identity = code[1:]
        case _:
            return GraphQLError("a representation without a key")
    return Object(identity.rstrip("0123456789"), identity, given=representation)


def told(values: Any) -> str:
    """What a field says that was told others' values."""
    text = json.dumps(values)
    return f"told {text if len(text) <= _LONGEST else crc32(text.encode())}"


def picked_of(given: Any, picks: Picks) -> Any:
    """What of a representation's value is picked, in the form of `Truth.picked`. An error when something lacks."""
    if isinstance(given, list):
        return [picked_of(item, picks) for item in given]
    if given is None or not picks:
        return given
    asked = picked_from(picks, given.get("__typename", ""))
    missing = [one.name for one in asked if one.name not in given]
    if missing:
        raise GraphQLError(f"{missing} is required")
    return [[one.name, picked_of(given[one.name], one.picks)] for one in asked]


class Truth:
    """Of one world. `runs` counts each run's mutations."""

    def __init__(self, world: World) -> None:
        self.runs: Counter[str] = Counter()
        self._world = world
        self._types: dict[str, TypeNode] = {}
        self._owners: dict[str, str] = {}
        self._counting: set[str] = set()
        self._lapsing = {
            name: subgraph
            for subgraph, type_name in sorted(world.lapsing)
            for name in world.fields(subgraph, type_name)
            if name != "id"
        }
        self._required: dict[str, Picks] = {}
        self._defaults: dict[str, dict[str, Any]] = {}
        for (owner, _), part in world.parts.items():
            for name, one in part.fields.items():
                self._types.setdefault(name, parse_type(one.type_text))
                self._defaults[name] = {it.name: it.default for it in one.arguments if it.default is not None}
                if not one.is_external:
                    self._owners.setdefault(name, owner)
                if one.requires:
                    self._required[name] = one.requires
                if RUN in one.arguments and one.type_text == "Int":
                    self._counting.add(name)
        # Of a failed requirement the peers send null, we send nothing and say why: so few fail.
        required = {name for picks in self._required.values() for name in names_in(picks)}
        self._unbroken = {*KEYS, *(() if world.breaks_required else required)}
        self._uncoloured = {*KEYS, *required}

    def value(self, source: Object, name: str, arguments: Mapping[str, Any]) -> Any:
        """Objects, and lists of them, or what a leaf is. An error for a field that is broken."""
        if name in _IDENTITY:
            return _IDENTITY[name](source.id)
        if name in self._lapsing:
            lapse = self.lapse(self._lapsing[name], source)
            if isinstance(lapse, GraphQLError):
                raise lapse
            if lapse is None:
                return None
        if name in self._required:
            return told(self.picked(source, self._required[name]))
        if RUN.name in arguments:
            self.runs[arguments[RUN.name]] += source.type_name == "Mutation"
            if name in self._counting:
                return self.runs[arguments[RUN.name]]
        elif name not in self._unbroken and self._chance("error", source.id, name) % 60 == 0:
            raise GraphQLError(f"{name} of {source.id} is broken")
        return self._of_type(self._types[name], source, name, (_seen(arguments),))

    def lapse(self, subgraph: str, source: Object) -> Object | GraphQLError | None:
        """The object as the subgraph finds it."""
        if (subgraph, source.type_name) not in self._world.lapsing:
            return source
        match self._chance("lapse", subgraph, source.id) % 6:
            case 0:
                return None
            case 1:
                return GraphQLError(f"{source.id} cannot be found")
        return source

    def picked(self, source: Any, picks: Picks) -> Any:
        """What is picked of an object, or a list of them."""
        if isinstance(source, list):
            return [self.picked(item, picks) for item in source]
        if source is None or not picks:
            return source
        asked = picked_from(picks, source.type_name)
        return [[one.name, self.picked(self._picked_value(source, one), one.picks)] for one in asked]

    def _picked_value(self, source: Object, one: Pick) -> Any:
        return self.value(source, one.name, {**self._defaults[one.name], **dict(one.arguments)})

    def _chance(self, *parts: object) -> int:
        return crc32("/".join(map(str, (self._world.seed, *parts))).encode())

    def _of_type(self, type_: TypeNode, source: Object, name: str, where: tuple[Any, ...]) -> Any:
        if isinstance(type_, NonNullTypeNode):
            return self._present(type_.type, source, name, where)
        if self._chance("null", source.id, name, where) % 8 == 0:
            return None
        return self._present(type_, source, name, where)

    def _present(self, type_: TypeNode, source: Object, name: str, where: tuple[Any, ...]) -> Any:
        number = self._chance(source.id, name, where)
        if isinstance(type_, ListTypeNode):
            return [self._of_type(type_.type, source, name, (*where, index)) for index in range(number % 4)]
        assert isinstance(type_, NamedTypeNode)
        return self._named(type_.name.value, source, name, where, number)

    def _named(self, type_name: str, source: Object, name: str, where: tuple[Any, ...], number: int) -> Any:
        if type_name == "Query":
            return Object(type_name, "root")
        if type_name in self._world.values:
            return Object(type_name, f"{source.id}.{name}.{where}")
        if type_name in self._world.entities or type_name in self._world.abstract:
            members = self._members(type_name, name)
            chosen = members[number // 8 % len(members)]
            return Object(chosen, f"{chosen}{number % 5}")
        if type_name == "Colour":
            return COLOURS[number % (4 if name not in self._uncoloured else 3)]
        return {"Int": number % 1000, "Boolean": number % 2 == 0}.get(type_name, f"{name} {number % 97}")

    def _members(self, type_name: str, field_name: str) -> tuple[str, ...]:
        """Of an abstract type, those of the subgraph whose field it is: so its value is the same everywhere."""
        members = self._world.abstract.get(type_name)
        return members[self._owners[field_name]] if members else (type_name,)


def _seen(arguments: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What clients can see of the arguments."""
    return sorted((name, value) for name, value in arguments.items() if name not in {HIDDEN.name, RUN.name})
