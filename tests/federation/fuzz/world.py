"""A made-up organisation of subgraphs: what each of them declares.

Objects are entities with ids that tell their type (`A7`), values without keys that hang below them, and unions and
interfaces of entities. A field's name stands for one field throughout a world, whichever types and subgraphs have it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

KEYS: Mapping[str, str] = {"id": "ID!", "code": "String!", "box": "Box!", "marks": "[String!]!"}
"""What identifies an entity: plain, nested (`box { id }`) and a list."""


@dataclass(frozen=True)
class Argument:
    name: str
    type_text: str
    default: int | str | None = None


RUN = Argument("run", "String!")
"""Tells one gateway's run of an operation from another's, where mutations are counted."""
HIDDEN = Argument("hidden", "Int", 7)
"""Inaccessible."""


@dataclass(frozen=True)
class Pick:
    """A field of a field set, with its arguments and what is picked of it; of objects of the type `on` only."""

    name: str
    arguments: tuple[tuple[str, int], ...] = ()
    picks: "Picks" = ()
    on: str | None = None


Picks = tuple[Pick, ...]


def picked_from(picks: Picks, type_name: str) -> Picks:
    """Those of an object of the type."""
    return tuple(one for one in picks if one.on in {None, type_name})


def names_in(picks: Picks) -> Iterator[str]:
    for one in picks:
        yield one.name
        yield from names_in(one.picks)


@dataclass
class Declared:
    """A field as one subgraph declares it; `overrides` is the subgraph that it takes the field over from."""

    type_text: str
    arguments: tuple[Argument, ...] = ()
    requires: Picks = ()
    provides: Picks = ()
    overrides: str | None = None
    is_external: bool = False
    is_shareable: bool = False
    is_hidden: bool = False

    @property
    def type_name(self) -> str:
        return self.type_text.strip("[]!")


@dataclass
class Part:
    """A type in one subgraph. A stub is only known by its key, which nobody can enter by; an extension says that it
    is another's type.
    """

    kind: str = "type"
    keys: tuple[str, ...] = ()
    implements: tuple[str, ...] = ()
    fields: dict[str, Declared] = field(default_factory=dict)
    is_shareable: bool = False
    is_interface_object: bool = False
    is_hidden: bool = False
    is_stub: bool = False
    is_extension: bool = False


@dataclass
class World:
    """`parts` are by subgraph and type; `abstract` has each union's and interface's members by subgraph.

    `old` are the subgraphs written as for the first version of federation; `hides_pink` makes an enum value
    inaccessible. `apart` knows no entities, but maybe an interface of them, as an object. In `lapsing` subgraphs some
    entities of a type are missing. Where it `breaks_required`, what other fields require may fail.
    """

    seed: int
    subgraphs: tuple[str, ...]
    entities: tuple[str, ...]
    values: tuple[str, ...]
    old: frozenset[str] = frozenset()
    hides_pink: bool = False
    apart: str | None = None
    parts: dict[tuple[str, str], Part] = field(default_factory=dict)
    abstract: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    lapsing: set[tuple[str, str]] = field(default_factory=set)
    breaks_required: bool = False

    def home(self, type_name: str) -> tuple[str, ...]:
        """The subgraphs that have more of the type than a stub."""
        return tuple(owner for (owner, name), part in self.parts.items() if name == type_name and not part.is_stub)

    def part(self, subgraph: str, type_name: str) -> Part:
        """Made when there is none."""
        return self.parts.setdefault((subgraph, type_name), Part())

    def fields(self, subgraph: str, type_name: str) -> dict[str, Declared]:
        part = self.parts.get((subgraph, type_name))
        return part.fields if part else {}

    def declarations(self, field_name: str) -> Iterator[tuple[str, Declared]]:
        """The field wherever an object has it and it is more than external, with the subgraph."""
        for (owner, _), part in self.parts.items():
            declared = part.fields.get(field_name)
            if declared and part.kind == "type" and not declared.is_external:
                yield owner, declared

    def foreign(self, subgraph: str, type_name: str) -> tuple[str, ...]:
        """What others have of the type and the subgraph has not, keys left out."""
        ours = {name for name, one in self.fields(subgraph, type_name).items() if not one.is_external}
        theirs = ((name, one) for other in self.home(type_name) for name, one in self.fields(other, type_name).items())
        names = {name for name, one in theirs if not one.is_external and RUN not in one.arguments}
        return tuple(sorted(names - ours - set(KEYS)))

    def is_whole(self, subgraph: str, type_name: str) -> bool:
        """Whether the subgraph can do without the others: a value in parts cannot be got from one of them only."""
        ours = self.fields(subgraph, type_name)
        return type_name not in self.values or all(
            name in ours for other in self.home(type_name) for name in self.fields(other, type_name)
        )

    def targets(self, subgraph: str) -> list[str]:
        """The types that a field of the subgraph may lead to."""
        known = [
            name
            for (owner, name), part in self.parts.items()
            if owner == subgraph and part.fields and (part.keys or not part.is_stub)
        ]
        unions = [name for name, members in self.abstract.items() if members.get(subgraph) and name not in known]
        return [name for name in (*known, *unions) if name not in {"Box", "Mutation", "Subscription"}]
