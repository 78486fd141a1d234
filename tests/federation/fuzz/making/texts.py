"""Types and arguments."""

from tests.federation.fuzz.chance import Chance
from tests.federation.fuzz.world import HIDDEN, Argument

_SCALARS = ("String", "Int", "Boolean", "ID", "Colour")
_X = Argument("x", "Int", 3)
_ARGUMENTS: tuple[tuple[Argument, ...], ...] = (
    (_X, Argument("y", "String")),
    (Argument("x", "Int!"),),
    (_X, HIDDEN),
    (Argument("filter", "Filter"),),
    (Argument("colour", "Colour", "RED"), Argument("numbers", "[Int!]")),
)


def scalar(chance: Chance) -> str:
    name = chance.one(_SCALARS)
    return chance.one((name, name, f"{name}!", f"[{name}!]"))


def wrapped(name: str, chance: Chance) -> str:
    return chance.one((name, name, f"{name}!", f"[{name}]", f"[{name}!]!", f"[[{name}]]"))


def some_arguments(chance: Chance, share: float) -> tuple[Argument, ...]:
    return chance.one(_ARGUMENTS) if chance(share) else ()
