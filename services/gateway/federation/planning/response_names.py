"""Which response key each field has in the merged answer.

Clients choose their keys. Fields that only the plan needs (keys, requirements) must not overwrite them: `{ id: name }`
leaves no room for a key field `id`, so that one becomes `_0_id`.
"""

from collections import defaultdict
from itertools import chain, count

from services.gateway.federation.operation.normal_form import Operation
from services.gateway.federation.operation.selection import Field, Selections
from services.gateway.federation.planning.plan import Path
from services.gateway.federation.supergraph.model import Supergraph

_Signature = tuple[str, str, str]
_Keys = tuple[str, ...]


class ResponseNames:
    """A response key means one thing at one path: a field's name, arguments and type."""

    def __init__(self, supergraph: Supergraph, operation: Operation) -> None:
        self._supergraph = supergraph
        self._taken: dict[_Keys, dict[str, set[_Signature]]] = defaultdict(lambda: defaultdict(set))
        self._reserve((), operation.root_type, operation.selections)

    def _reserve(self, path: _Keys, type_name: str, selections: Selections) -> None:
        for one in selections:
            if not isinstance(one, Field):
                self._reserve(path, one.on, one.selections)
                continue
            self._taken[path][one.key].add(self._signature(type_name, one))
            model = self._supergraph.field(type_name, one.name)
            if model and one.selections:
                self._reserve((*path, one.key), model.type_name, one.selections)

    def key(self, path: Path, type_name: str, field: Field) -> str:
        """The same answer for the same question; takes the key if it was free."""
        taken = self._taken[tuple(step.key for step in path)]
        signature = self._signature(type_name, field)
        candidates = chain([field.key], (f"_{number}_{field.name}" for number in count()))
        key = next(key for key in candidates if key not in taken or signature in taken[key])
        taken[key].add(signature)
        return key

    def _signature(self, type_name: str, field: Field) -> _Signature:
        model = self._supergraph.field(type_name, field.name)
        return (field.name, field.arguments, model.type_text if model else "")
