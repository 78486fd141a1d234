"""Draft selections → selections as a subgraph is sent them."""

from collections.abc import Iterator

from services.gateway.federation.operation.selection import TYPENAME, Field, Fragment, Selection, Selections
from services.gateway.federation.planning.draft import DraftFetch, DraftSelection
from services.gateway.federation.supergraph.model import Supergraph

_ASK_TYPENAME = Field(TYPENAME, TYPENAME)


def freeze(supergraph: Supergraph, fetch: DraftFetch) -> Selections:
    """What the fetch asks, in the order of planning."""
    return _Freezer(supergraph, fetch.subgraph).selections(fetch.selection)


class _Freezer:
    def __init__(self, supergraph: Supergraph, subgraph: str) -> None:
        self.supergraph = supergraph
        self.subgraph = subgraph

    def selections(self, draft: DraftSelection) -> Selections:
        found = (*self._fields(draft), *self._fragments(draft))
        if draft.is_abstract or not found:
            return (_ASK_TYPENAME, *(one for one in found if one != _ASK_TYPENAME))
        return found

    def _fields(self, draft: DraftSelection) -> Iterator[Field]:
        for one in draft.fields.values():
            inner = self.selections(one.selection) if one.selection else ()
            yield Field(one.field.name, one.field.key, one.field.arguments, one.field.variables, inner)

    def _fragments(self, draft: DraftSelection) -> Selections:
        fragments = tuple(
            Fragment(type_name, self.selections(inner))
            for type_name, inner in draft.fragments.items()
            if inner.fields or inner.fragments
        )
        return fragments[0].selections if self._can_fold(draft, fragments) else fragments

    def _can_fold(self, draft: DraftSelection, fragments: tuple[Fragment, ...]) -> bool:
        """True when every possible type is asked for the same fields, and the interface has them all."""
        if not fragments or any(one.selections != fragments[0].selections for one in fragments):
            return False
        possible = self.supergraph.possible_types_in(draft.type_name, self.subgraph)
        return len(fragments) == len(possible) and all(
            self._is_on_interface(draft.type_name, one) for one in fragments[0].selections
        )

    def _is_on_interface(self, type_name: str, selection: Selection) -> bool:
        if not isinstance(selection, Field):
            return False
        join = self.supergraph.join(type_name, selection.name, self.subgraph)
        return join is not None and not join.external
