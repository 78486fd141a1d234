"""Which response key each field has in the merged answer.

Clients choose their keys. Fields that only the plan needs (keys, requirements) must not overwrite them: `{ id: name }`
leaves no room for a key field `id`, so that one becomes `_0_id`.
"""

from collections import defaultdict
from itertools import count

from services.gateway.federation.operation.normal_form import Operation
from services.gateway.federation.operation.selection import Field, Selections
from services.gateway.federation.planning.plan import Path
from services.gateway.federation.supergraph.model import Supergraph

_Meaning = tuple[str, str]
_Keys = tuple[str, ...]


class ResponseNames:
    """For objects of one type at one path a response key means one thing: a field and its arguments."""

    def __init__(self, supergraph: Supergraph, operation: Operation) -> None:
        self._supergraph = supergraph
        self._root_type = operation.root_type
        self._taken: dict[tuple[_Keys, str], dict[str, _Meaning]] = defaultdict(dict)
        self._reserve((), operation.root_type, operation.selections)

    def _reserve(self, path: _Keys, type_name: str, selections: Selections) -> None:
        for one in selections:
            if not isinstance(one, Field):
                self._reserve(path, one.on, one.selections)
                continue
            self._take((path, one.key), type_name, one)
            model = self._supergraph.field(type_name, one.name)
            if model and one.selections:
                self._reserve((*path, one.key), model.type_name, one.selections)

    def key(self, path: Path, type_name: str, field: Field) -> str:
        """The same answer for the same question; takes the key if it was free."""
        keys = tuple([step.key for step in path])
        if self._supergraph.is_abstract(type_name):
            type_name = self._type_at(path)
        key = field.key
        if not self._is_free((keys, key), type_name, field):
            others = (f"_{number}_{field.name}" for number in count())
            key = next(key for key in others if self._is_free((keys, key), type_name, field))
        self._take((keys, key), type_name, field)
        return key

    def _type_at(self, path: Path) -> str:
        """An interface object is asked as the interface, also for what the path leads to as one type of it."""
        type_name = self._root_type
        keys: _Keys = ()
        for step in path:
            name, _ = self._taken[keys, step.key][type_name]
            field = self._supergraph.types[type_name].fields[name]
            type_name, keys = step.on or field.type_name, (*keys, step.key)
        return type_name

    def _is_free(self, place: tuple[_Keys, str], type_name: str, field: Field) -> bool:
        taken = self._taken.get(place)
        meaning = (field.name, field.arguments)
        return not taken or all(taken.get(name, meaning) == meaning for name in self._same_objects(type_name))

    def _take(self, place: tuple[_Keys, str], type_name: str, field: Field) -> None:
        for name in self._same_objects(type_name):
            self._taken[place].setdefault(name, (field.name, field.arguments))

    def _same_objects(self, type_name: str) -> tuple[str, ...]:
        """The names that the objects of the type may be known by elsewhere: theirs, and their interface's."""
        if not self._supergraph.is_abstract(type_name):
            return (type_name,)
        return (type_name, *self._supergraph.possible_types(type_name))
