"""Sixty families with ninety children, and fourteen tutors."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from nivaa.demo.names import COMMUNITIES, Community, Name, adults_of, child_name
from nivaa.demo.season import Season

_FAMILY_SIZES = (1,) * 36 + (2,) * 18 + (3,) * 6


@dataclass(frozen=True, slots=True)
class Child:
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Adult:
    key: str
    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Family:
    parent: Adult
    children: tuple[Child, ...]


@dataclass(frozen=True, slots=True)
class People:
    families: tuple[Family, ...]
    tutors: tuple[Adult, ...]


def people_of(season: Season) -> People:
    dice = season.dice("people")
    parents: list[tuple[Community, Name]] = []
    tutors: list[Name] = []
    for community in COMMUNITIES:
        adults = adults_of(community, dice)
        parents += [(community, name) for name in adults[: community.families]]
        tutors += adults[community.families :]
    dice.shuffle(parents)
    dice.shuffle(tutors)
    sizes = dice.sample(_FAMILY_SIZES, len(_FAMILY_SIZES))
    return People(
        families=tuple(_families(parents, sizes, dice)),
        tutors=tuple(_adult("tutor", number, name) for number, name in enumerate(tutors, start=1)),
    )


def _families(parents: list[tuple[Community, Name]], sizes: list[int], dice: Random) -> Iterator[Family]:
    born = 0
    for number, ((community, parent), size) in enumerate(zip(parents, sizes, strict=True), start=1):
        names = [child_name(parent, given).written for given in dice.sample(community.children, size)]
        children = tuple(Child(f"child-{born + i:03}", name) for i, name in enumerate(names, start=1))
        born += size
        yield Family(_adult("parent", number, parent), children)


def _adult(role: str, number: int, name: Name) -> Adult:
    """Indian numbers that begin with a five belong to nobody."""
    mailbox = name.latin.lower().replace(" ", ".")
    line = number if role == "parent" else 900 + number
    return Adult(f"{role}-{number:03}", name.written, f"{mailbox}.{line}@example.org", f"+9155500{line:05}")
