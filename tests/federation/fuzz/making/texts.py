"""Types as texts."""

from tests.federation.fuzz.chance import Chance

_SCALARS = ("String", "Int", "Boolean", "ID", "Colour")


def scalar(chance: Chance) -> str:
    name = chance.one(_SCALARS)
    return chance.one((name, name, f"{name}!", f"[{name}!]"))


def wrapped(name: str, chance: Chance) -> str:
    return chance.one((name, name, f"{name}!", f"[{name}]", f"[{name}!]!", f"[[{name}]]"))
