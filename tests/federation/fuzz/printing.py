"""A world's subgraphs as SDL: with the directives that the composer reads, and without, to be executed."""

from collections.abc import Iterator

from tests.federation.fuzz.world import HIDDEN, KEYS, Argument, Declared, Part, Pick, Picks, World

_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@external",'
    ' "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible"])'
)
COLOURS = ("RED", "GREEN", "BLUE", "PINK")
_FILTER = "input Filter { least: Int = 1 words: [String!] colour: Colour within: Filter }"


def composed_sdl(world: World, subgraph: str) -> str:
    """As the composer takes it."""
    is_old = subgraph in world.old
    hidden = " @inaccessible" if world.hides_pink and not is_old else ""
    return "\n".join(
        [
            *([] if is_old else [_LINK]),
            *_inputs(hidden),
            *(
                f"{_head(name, part, is_old=is_old)} {{ {_fields(part, is_old=is_old)} }}"
                for name, part in _parts(world, subgraph)
            ),
            *_unions(world, subgraph),
        ]
    )


def executable_sdl(world: World, subgraph: str) -> str:
    """The same types, and the subgraph's entities."""
    parts = list(_parts(world, subgraph))
    types = (f"{_plain_head(name, part)} {{ {_plain_fields(part)} }}" for name, part in parts)
    keyed = [name for name, part in parts if part.keys and part.kind == "type" and not part.is_stub]
    entities = [
        "scalar _Any",
        f"union _Entity = {' | '.join(keyed)}",
        "extend type Query { _entities(representations: [_Any!]!): [_Entity]! }",
    ]
    return "\n".join([*_inputs(""), *types, *_unions(world, subgraph), *(entities if keyed else [])])


def print_picks(picks: Picks) -> str:
    """The text of a field set."""
    return " ".join(f"... on {one.on} {{ {_pick(one)} }}" if one.on else _pick(one) for one in picks)


def _pick(one: Pick) -> str:
    given = f"({', '.join(f'{key}: {value}' for key, value in one.arguments)})" if one.arguments else ""
    inner = f" {{ {print_picks(one.picks)} }}" if one.picks else ""
    return f"{one.name}{given}{inner}"


def _inputs(hidden: str) -> list[str]:
    return [f"enum Colour {{ {' '.join(COLOURS)}{hidden} }}", _FILTER]


def _parts(world: World, subgraph: str) -> Iterator[tuple[str, Part]]:
    return ((name, part) for (owner, name), part in world.parts.items() if owner == subgraph and part.fields)


def _unions(world: World, subgraph: str) -> Iterator[str]:
    for name, members in world.abstract.items():
        if members.get(subgraph) and (subgraph, name) not in world.parts:
            yield f"union {name} = {' | '.join(members[subgraph])}"


def _plain_head(name: str, part: Part) -> str:
    implements = f" implements {' & '.join(part.implements)}" if part.implements else ""
    return f"{part.kind} {name}{implements}"


def _head(name: str, part: Part, *, is_old: bool) -> str:
    """As another's extension, in the way of the first version, if it is old and not a type of its own."""
    resolvable = ", resolvable: false" if part.is_stub else ""
    keys = "".join(f' @key(fields: "{key}"{resolvable})' for key in part.keys)
    extends = "extend " if is_old and keys and part.is_extension else ""
    shareable = " @shareable" if part.is_shareable and not is_old else ""
    interface_object = " @interfaceObject" if part.is_interface_object else ""
    hidden = " @inaccessible" if part.is_hidden and not is_old else ""
    return f"{extends}{_plain_head(name, part)}{keys}{shareable}{interface_object}{hidden}"


def _plain_fields(part: Part) -> str:
    return " ".join(f"{name}{_arguments(one)}: {one.type_text}" for name, one in part.fields.items())


def _fields(part: Part, *, is_old: bool) -> str:
    outside = [name for name in KEYS if is_old and part.is_extension]
    return " ".join(
        f"{name}{_arguments(one, hiding=not is_old)}: {one.type_text}"
        f"{' @external' if name in outside else ''}{_directives(one, is_old=is_old)}"
        for name, one in part.fields.items()
    )


def _arguments(one: Declared, *, hiding: bool = False) -> str:
    return f"({', '.join(_argument(it, hiding=hiding) for it in one.arguments)})" if one.arguments else ""


def _argument(one: Argument, *, hiding: bool) -> str:
    default = "" if one.default is None else f" = {one.default}"
    return f"{one.name}: {one.type_text}{default}{' @inaccessible' if hiding and one == HIDDEN else ''}"


def _directives(one: Declared, *, is_old: bool) -> str:
    texts = [
        "@external" if one.is_external else "",
        "@shareable" if one.is_shareable and not is_old else "",
        "@inaccessible" if one.is_hidden and not is_old else "",
        f'@override(from: "{one.overrides}")' if one.overrides else "",
        f'@requires(fields: "{print_picks(one.requires)}")' if one.requires else "",
        f'@provides(fields: "{print_picks(one.provides)}")' if one.provides else "",
    ]
    return "".join(f" {text}" for text in texts if text)
