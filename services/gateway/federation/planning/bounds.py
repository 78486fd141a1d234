"""The fewest requests that fields can take, whatever the plan: a plan that takes no more need not be improved."""

from collections.abc import Iterable
from itertools import combinations

from services.gateway.federation.operation.selection import Field
from services.gateway.federation.supergraph.model import FieldModel, Supergraph

_MOST_COUNTED = 3
"""Beyond as many it is enough to know that there are more."""

_Homes = frozenset[str]


class Bounds:
    """Over one supergraph; what was found for a field is kept."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self._homes: dict[tuple[str, Field], frozenset[_Homes]] = {}
        self._fewest: dict[frozenset[_Homes], int] = {}

    def fewest_requests(self, type_name: str, fields: Iterable[Field]) -> int:
        """Each of the fields, and of those inside them, has to be asked in one of its homes."""
        homes = frozenset[_Homes]().union(*(self._homes_in(type_name, field) for field in fields))
        if homes not in self._fewest:
            self._fewest[homes] = _fewest_that_meet(homes)
        return self._fewest[homes]

    def _homes_in(self, type_name: str, field: Field) -> frozenset[_Homes]:
        """The homes of the field and of all fields inside it, but for those inside abstract types."""
        model = self._supergraph.field(type_name, field.name)
        if model is None:
            return frozenset()
        if (type_name, field) not in self._homes:
            inner = () if not field.selections or self._supergraph.is_abstract(model.type_name) else field.selections
            self._homes[type_name, field] = frozenset[_Homes](_homes_of(model)).union(
                *(self._homes_in(model.type_name, one) for one in inner if isinstance(one, Field))
            )
        return self._homes[type_name, field]


def _homes_of(model: FieldModel) -> Iterable[_Homes]:
    """Where the field is, or may be provided. A field without any is had by way of an interface object."""
    homes = frozenset(name for name, join in model.joins.items() if not join.overridden)
    return (homes,) if homes else ()


def _fewest_that_meet(homes: frozenset[_Homes]) -> int:
    """The size of the smallest set of subgraphs that has one of each, if it is not too large; at least 1."""
    subgraphs = sorted(_Homes().union(*homes))
    for size in range(1, _MOST_COUNTED + 1):
        if any(all(not one.isdisjoint(chosen) for one in homes) for chosen in combinations(subgraphs, size)):
            return size
    return max(_MOST_COUNTED + 1, sum(len(one) == 1 for one in homes))
