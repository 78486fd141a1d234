"""Keys and requirements → what each representation is made of, by the keys of the merged answer."""

from collections.abc import Iterator

from services.gateway.federation.operation.selection import TYPENAME, Field, Selections, collect
from services.gateway.federation.planning.plan import Need, Path, Step
from services.gateway.federation.planning.response_names import ResponseNames
from services.gateway.federation.supergraph.model import Supergraph


def needs_of(
    supergraph: Supergraph, names: ResponseNames, path: Path, type_name: str, selections: Selections
) -> tuple[Need, ...]:
    """The needs of one object at `path` whose type is `type_name`."""
    return tuple(_Needs(supergraph, names).of_object(path, type_name, selections))


class _Needs:
    def __init__(self, supergraph: Supergraph, names: ResponseNames) -> None:
        self.supergraph = supergraph
        self.names = names

    def of_object(self, path: Path, type_name: str, selections: Selections, on: str | None = None) -> Iterator[Need]:
        for field in collect(selections, self.supergraph.names_of(type_name)):
            if field.name != TYPENAME:
                yield self._of_field(path, type_name, field, on)

    def _of_field(self, path: Path, type_name: str, field: Field, on: str | None) -> Need:
        key = self.names.key(path, type_name, field)
        if not field.selections:
            return Need(field.name, key, (), on)
        child = self.supergraph.types[type_name].fields[field.name].type_name
        below = (*path, Step(key))
        if not self.supergraph.is_abstract(child):
            return Need(field.name, key, tuple(self.of_object(below, child, field.selections)), on)
        inner = tuple(
            need
            for possible in self.supergraph.possible_types(child)
            for need in self.of_object(below, possible, field.selections, possible)
        )
        return Need(field.name, key, inner, on, with_typename=True)
