"""One response key, one shape: what a subgraph would refuse to answer under one key is asked under two.

GraphQL lets `... on User { id } ... on Admin { id }` through only if both fields have the same shape: equally many
lists, null at the same places, the same scalar. In the supergraph they may have, in one of its subgraphs they may not.
There the second becomes `_t0_id`, and the answer is given its own name back when it comes (`Renames`).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from services.gateway.federation.operation.selection import TYPENAME, Field, Fragment, Selection, Selections
from services.gateway.federation.planning.plan import Renames
from services.gateway.federation.supergraph.model import Supergraph

_Member = tuple[str, Selections]


class ShapeSeparator:
    """For the selections of one request to one subgraph."""

    def __init__(self, supergraph: Supergraph, subgraph: str) -> None:
        self._supergraph = supergraph
        self._subgraph = subgraph
        self._aliases: dict[str, str] = {}
        self._keys: set[str] = set()

    @property
    def renames(self) -> Renames:
        """Alias and the key that it stands for."""
        return tuple(self._aliases.items())

    def separated(self, type_name: str, selections: Selections) -> Selections:
        """The selections as they can be sent."""
        if not any(_has_fragments(one) for one in selections):
            return selections
        self._keys.update(_keys(selections))
        return self._level([(type_name, selections)])[0]

    def _level(self, members: list[_Member]) -> list[Selections]:
        """Selections whose answers may stand at one place, each on objects of its type."""
        found = [one for type_name, selections in members for one in _fields(type_name, selections)]
        made = list(self._told_apart(found))
        fields = iter(made)
        return [tuple(_rebuilt(selections, fields)) for _, selections in members]

    def _told_apart(self, found: list[tuple[str, Field]]) -> Iterator[Field]:
        groups: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for index, (type_name, field) in enumerate(found):
            groups[field.key][self._shape(type_name, field)].append(index)
        made: dict[int, Field] = {}
        for key, shapes in groups.items():
            for number, indexes in enumerate(shapes.values()):
                alias = key if number == 0 else self._alias(key)
                inner = self._level([self._below(*found[index]) for index in indexes])
                for index, selections in zip(indexes, inner, strict=True):
                    made[index] = replace(found[index][1], key=alias, selections=selections)
        return (made[index] for index in range(len(found)))

    def _alias(self, key: str) -> str:
        aliases = (f"_t{number}_{key}" for number in count())
        alias = next(name for name in aliases if name not in self._aliases and name not in self._keys)
        self._aliases[alias] = key
        return alias

    def _below(self, type_name: str, field: Field) -> _Member:
        model = self._supergraph.field(type_name, field.name)
        return (model.type_in(self._subgraph)[0] if model else "", field.selections)

    def _shape(self, type_name: str, field: Field) -> str:
        model = self._supergraph.field(type_name, field.name)
        if field.name == TYPENAME or model is None:
            return field.name
        name, text = model.type_in(self._subgraph)
        return text.replace(name, "{}") if name in self._supergraph.types else text


def _has_fragments(selection: Selection) -> bool:
    return isinstance(selection, Fragment) or any(_has_fragments(one) for one in selection.selections)


def _keys(selections: Selections) -> Iterator[str]:
    for one in selections:
        if isinstance(one, Field):
            yield one.key
        yield from _keys(one.selections)


def _fields(type_name: str, selections: Selections) -> Iterator[tuple[str, Field]]:
    for one in selections:
        if isinstance(one, Field):
            yield type_name, one
        else:
            yield from _fields(one.on, one.selections)


def _rebuilt(selections: Selections, fields: Iterator[Field]) -> Iterator[Selection]:
    """The same fragments around the fields, which come in the order of `_fields`."""
    for one in selections:
        yield (
            next(fields) if isinstance(one, Field) else replace(one, selections=tuple(_rebuilt(one.selections, fields)))
        )
