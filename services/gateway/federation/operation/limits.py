"""How large a document may be as it is written, fragments inlined and whatever `@skip` and `@include` say.

It is measured ahead of validation, whose rules compare fields by pairs. A fragment is measured once, so fragments that
double each other are counted in full and take no longer for it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from services.gateway.federation.errors import TOO_COMPLEX, RequestError

_TOO_DEEP_IN_SCHEMA = "Maximum introspection depth exceeded"
_GAVE_UP = "Parsing aborted."
_SPREAD_WEIGHT = 4
"""Two spreads side by side cost a validator about as much as four pairs of fields."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may be at most.

    `nesting` counts braces inside braces, those of fragments too. `pairs` is how many times two fields may stand for
    the same place of the answer: a validator compares each two. `page` stands for a page whose size is not given,
    `list_length` for the length of a list without pages, `schema_list_length` for one in introspection. `planning` is
    how many fields may be planned on the way to a plan, those of all that is tried included.
    """

    tokens: int = 10_000
    depth: int = 20
    nesting: int = 80
    fields: int = 2_000
    aliases: int = 100
    pairs: int = 10_000
    cost: int = 30_000
    planning: int = 50_000
    page: int = 20
    list_length: int = 5
    schema_list_length: int = 10


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a selection set is as it is written."""

    depth: int = 0
    nesting: int = 0
    fields: int = 0
    aliases: int = 0

    def beside(self, other: "Shape") -> "Shape":
        return Shape(
            depth=max(self.depth, other.depth),
            nesting=max(self.nesting, other.nesting),
            fields=self.fields + other.fields,
            aliases=self.aliases + other.aliases,
        )


def refuse_too_large(document: DocumentNode, limits: Limits) -> None:
    """Raises RequestError. The document may be invalid in any other way."""
    measuring = _Measuring(document, limits)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            shape = measuring.shape(definition.selection_set, 1, ())
            for each in fields(shape):
                refuse_above(each.name, getattr(limits, each.name), getattr(shape, each.name))
    refuse_above("pairs", limits.pairs, measuring.pairs)


def refused_text(error: GraphQLError, limits: Limits) -> RequestError:
    """A text that the parser refused, for what it says or for its size."""
    if not isinstance(error, GraphQLSyntaxError) or not error.message.endswith(_GAVE_UP):
        return RequestError([error])
    if "tokens" in error.message:
        return too_complex("tokens", limits.tokens)
    return too_complex("nesting", limits.nesting)


def refused_by_rules(errors: Sequence[GraphQLError]) -> RequestError:
    """What validation found; one of its rules is a limit too."""
    return RequestError([_with_code(error) if error.message == _TOO_DEEP_IN_SCHEMA else error for error in errors])


def _with_code(error: GraphQLError) -> GraphQLError:
    return GraphQLError(error.message, error.nodes, extensions={"code": TOO_COMPLEX, "limit": "introspection"})


def refuse_above(limit: str, allowed: int, asked: int) -> None:
    if asked > allowed:
        raise too_complex(limit, allowed, asked)


def too_complex(limit: str, allowed: int, asked: int | None = None) -> RequestError:
    """`asked` is None where counting ended with the first that was too many."""
    found = f"more than {allowed}" if asked is None else str(asked)
    message = f"The operation is too complex: {limit} {found}, at most {allowed}."
    extensions = {"code": TOO_COMPLEX, "limit": limit, "allowed": allowed}
    return RequestError(
        [GraphQLError(message, extensions=extensions if asked is None else {**extensions, "asked": asked})]
    )


class _Measuring:
    """One document's shapes. Raises RequestError on the way where going on would be what is forbidden."""

    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        self._fragments = _fragments_of(document)
        self._limits = limits
        self._known: dict[str, Shape] = {}
        self._written: Counter[tuple[str, ...]] = Counter()
        self._spreads = 0

    @property
    def pairs(self) -> int:
        """How often a validator compares two fields with each other."""
        return sum(map(_pairs_of, self._written.values())) + _SPREAD_WEIGHT * _pairs_of(self._spreads)

    def shape(self, selection_set: SelectionSetNode, level: int, place: tuple[str, ...]) -> Shape:
        """`level` is how deep the set is nested by now, `place` where in the answer it stands."""
        refuse_above("nesting", self._limits.nesting, level)
        shape = Shape(nesting=1)
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                shape = shape.beside(self._field(node, level, place))
            elif isinstance(node, InlineFragmentNode):
                shape = shape.beside(_within(self.shape(node.selection_set, level + 1, place)))
            elif isinstance(node, FragmentSpreadNode):
                shape = shape.beside(_within(self._spread(node.name.value, level)))
        return shape

    def _field(self, node: FieldNode, level: int, place: tuple[str, ...]) -> Shape:
        place = (*place, (node.alias or node.name).value)
        self._written[place] += 1
        inner = self.shape(node.selection_set, level + 1, place) if node.selection_set else Shape()
        return Shape(inner.depth + 1, inner.nesting + 1, inner.fields + 1, inner.aliases + (node.alias is not None))

    def _spread(self, name: str, level: int) -> Shape:
        """Nothing for a fragment that is not there or contains itself: validation tells of both."""
        self._spreads += 1
        if name not in self._known:
            self._known[name] = Shape()
            if name in self._fragments:
                self._known[name] = self.shape(self._fragments[name].selection_set, level + 1, (f"...{name}",))
        refuse_above("nesting", self._limits.nesting, level + self._known[name].nesting)
        return self._known[name]


def _within(shape: Shape) -> Shape:
    """The shape of a selection that has this one inside."""
    return Shape(shape.depth, shape.nesting + 1, shape.fields, shape.aliases)


def _pairs_of(count: int) -> int:
    return count * (count - 1) // 2


def _fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
