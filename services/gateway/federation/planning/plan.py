"""The plan: which fetches answer an operation, and what each waits for. Immutable, printable (`print_plan`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.gateway.federation.operation.normal_form import Operation
from services.gateway.federation.operation.selection import Field, Selections


@dataclass(frozen=True, slots=True)
class Step:
    """Into the field `key` and, where it is a list, into each of its items; `on` keeps objects of that type only."""

    key: str
    on: str | None = None


Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """One field of a representation: sent as `name`, read from the merged answer at `key`.

    `on` keeps it to objects of one type; `with_typename` adds `__typename` where a type is not evident. Without a
    key (`is_key`) there is no entity; a requirement may be null.
    """

    name: str
    key: str
    needs: tuple["Need", ...] = ()
    on: str | None = None
    with_typename: bool = False
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The objects that a fetch adds fields to, and what their representations are made of."""

    path: Path
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class EntityCall:
    """One `alias: _entities(representations: $variable)`; its targets share the list of representations.

    `parts` are its fields by what they require, when that is not the same for all of them.
    """

    alias: str
    variable: str
    type_name: str
    selections: Selections
    targets: tuple[Target, ...]
    parts: "tuple[EntityCall, ...]" = ()


Renames = tuple[tuple[str, str], ...]
"""Keys of a subgraph's answer, and what they are in the merged one."""


@dataclass(frozen=True, slots=True)
class RootFetch:
    """Fields of a root type; the answer is merged at `path`, which is empty except below a field of type Query."""

    id: int
    subgraph: str
    after: tuple[int, ...]
    kind: str
    path: Path
    selections: Selections
    query: str
    variables: tuple[str, ...]
    renames: Renames = ()


@dataclass(frozen=True, slots=True)
class EntityFetch:
    """Fields of entities that other fetches have found, in one request.

    `apart` asks the calls' parts, of objects that lack something which only some of the fields require.
    """

    id: int
    subgraph: str
    after: tuple[int, ...]
    calls: tuple[EntityCall, ...]
    query: str
    variables: tuple[str, ...]
    renames: Renames = ()
    apart: "EntityFetch | None" = None


Fetch = RootFetch | EntityFetch


@dataclass(frozen=True, slots=True)
class Introspection:
    """What is asked about the schema, as an operation of its own, which is answered here.

    `keys` are where its answer has each of the fields, wherever in the client's operation that stands.
    """

    query: str
    keys: Mapping[Field, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """`fetches` are in an order in which each comes after those it waits for."""

    operation: Operation
    fetches: tuple[Fetch, ...]
    introspection: Introspection | None


def print_plan(plan: Plan) -> str:
    """Readable and stable: the form of the snapshots and of `explain`."""
    lines = [line for fetch in plan.fetches for line in _print_fetch(fetch)]
    if plan.introspection:
        lines += ["introspection", f"  {plan.introspection.query}"]
    return "\n".join(lines)


def _print_fetch(fetch: Fetch) -> Iterator[str]:
    after = f" after {', '.join(map(str, fetch.after))}" if fetch.after else ""
    place = f" at {_print_path(fetch.path)}" if isinstance(fetch, RootFetch) and fetch.path else ""
    yield f"{fetch.id} {fetch.subgraph}{after}{place}"
    if isinstance(fetch, EntityFetch):
        for call in fetch.calls:
            yield from _print_targets(call)
    yield f"  {fetch.query}"
    if fetch.renames:
        yield f"  {', '.join(f'{alias} is {key}' for alias, key in fetch.renames)}"
    if isinstance(fetch, EntityFetch) and fetch.apart:
        yield f"  apart {fetch.apart.query}"


def _print_targets(call: EntityCall) -> Iterator[str]:
    for target in call.targets:
        yield f"  {call.type_name}({_print_needs(target.needs)}) at {_print_path(target.path)}"


def _print_path(path: Path) -> str:
    return ".".join(f"{step.key}[{step.on}]" if step.on else step.key for step in path)


def _print_needs(needs: tuple[Need, ...]) -> str:
    return " ".join(_print_need(need) for need in needs)


def _print_need(need: Need) -> str:
    guard = f"[{need.on}]" if need.on else ""
    alias = "" if need.key == need.name else f":{need.key}"
    inner = f"{{{_print_needs(need.needs)}}}" if need.needs else ""
    return f"{guard}{need.name}{alias}{inner}"
