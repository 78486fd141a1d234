"""What a document may be at most before anything else looks at it.

Behind the gateway nothing comes near these; they are for whoever calls a service by itself. All is counted as it is
written. Fragments are not inlined: spreads are so few that they cannot multiply it by much.
"""

from collections import Counter

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    IntValueNode,
    Visitor,
    visit,
)
from graphql.validation.validate import ValidationAbortedError

from shared.errors import TooComplex

MOST_TOKENS = 15_000
MOST_DEPTH = 24
MOST_ALIASES = 200
"""Of these three the gateway's own are lower; what it plans may add some."""
MOST_SPREADS = 15
MOST_PAIRS = 20_000
MOST_ROWS = 1_000_000
"""As pages inside pages say: a hundred of a hundred of a hundred."""
PAGE = 20
PAGE_ARGUMENTS = frozenset({"first", "last"})


class ReasonableDocument(ASTValidationRule):
    """A validation rule, so that it is asked once for a document that is kept."""

    def enter_document(self, node: DocumentNode, *_: object) -> None:
        written = _Written()
        visit(node, written)
        for limit, allowed, asked in (
            ("depth", MOST_DEPTH, written.depth),
            ("aliases", MOST_ALIASES, written.aliases),
            ("spreads", MOST_SPREADS, written.spreads),
            ("pairs", MOST_PAIRS, written.pairs),
            ("rows", MOST_ROWS, written.rows),
        ):
            if asked > allowed:
                raise ValidationAbortedError(
                    f"The operation is too complex: {limit} {asked}, at most {allowed}.",
                    extensions={"code": TooComplex.code, "limit": limit, "allowed": allowed, "asked": asked},
                )


class _Written(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.spreads = self.aliases = self.depth = 0
        self.rows = 1
        self._places: Counter[tuple[str, ...]] = Counter()
        self._place: list[str] = []
        self._pages = [1]

    @property
    def pairs(self) -> int:
        """How often two fields stand for the same place of the answer."""
        return sum(count * (count - 1) // 2 for count in self._places.values())

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> None:
        self._place.append(f"...{node.name.value}")

    def leave_fragment_definition(self, *_: object) -> None:
        self._place.pop()

    def enter_fragment_spread(self, *_: object) -> None:
        self.spreads += 1

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self._place.append((node.alias or node.name).value)
        self._places[tuple(self._place)] += 1
        self.aliases += node.alias is not None
        self.depth = max(self.depth, len(self._place))
        self._pages.append(self._pages[-1] * _page(node))
        self.rows = max(self.rows, self._pages[-1])

    def leave_field(self, *_: object) -> None:
        self._place.pop()
        self._pages.pop()


def _page(node: FieldNode) -> int:
    """How many rows the field asks for, when it says so; a variable counts as a page of the usual length."""
    values = [argument.value for argument in node.arguments or () if argument.name.value in PAGE_ARGUMENTS]
    if not values:
        return 1
    return max(_literal(value.value) if isinstance(value, IntValueNode) else PAGE for value in values)


def _literal(digits: str) -> int:
    return max(1, int(digits)) if len(digits) < 20 else MOST_ROWS + 1
