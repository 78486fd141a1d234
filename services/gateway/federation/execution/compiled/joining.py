"""One `_entities` call: representations out of what is there, and what comes back into the objects it belongs to."""

from collections.abc import Iterable
from itertools import chain
from operator import attrgetter
from typing import Any, Protocol

from graphql import GraphQLNonNull
from msgspec import Struct

from services.gateway.federation.execution.compiled.gathering import Gather, Objects, gathering
from services.gateway.federation.execution.compiled.representing import Irregular, Key, Keys, Representing
from services.gateway.federation.execution.compiled.shapes import NotCompiled, ObjectShape, at
from services.gateway.federation.execution.compiled.structs import Structs, attribute, is_replaced
from services.gateway.federation.planning.plan import EntityCall, Path, Target


class _Place(Protocol):
    """The objects of one target."""

    def find(self, root: Struct) -> tuple[Objects, list[Key]]:
        """What is to be filled, and the key of what it is to be filled with: None where there is none."""
        ...

    def fill(self, owners: Objects, entities: Iterable[Struct]) -> None: ...


class Joining:
    """A call, compiled; holds nothing of any run.

    `nothing` stands for an entity that is not known, or has no key: all its fields are null. It is None when they may
    not be.
    """

    def __init__(self, call: EntityCall, root: ObjectShape, structs: Structs) -> None:
        self.call = call
        representing = Representing(call, structs)
        self.represent = representing.represent
        self.places = [_place(call, target, root, structs, representing) for target in call.targets]
        shape = at(root, call.targets[0].path)
        made = structs.part(shape, call, is_whole=_is_replaced(root, call.targets[0]))
        brought = shape.brought_by(call)
        may_lack = not any(isinstance(one.type, GraphQLNonNull) for one in brought)
        self.nothing = made(**{attribute(one.key): None for one in brought}) if may_lack else None
        self.entity: Any = made | None if may_lack else made

    def begin(self, root: Struct) -> "Joined":
        """Raises Irregular."""
        return Joined(self, [place.find(root) for place in self.places])


class Joined:
    """A call in one run."""

    def __init__(self, joining: Joining, found: list[tuple[Objects, list[Key]]]) -> None:
        self._joining = joining
        self._found = found
        try:
            distinct = dict.fromkeys(chain.from_iterable(keys for _, keys in found))
        except TypeError as error:
            raise Irregular from error  # lists and objects among the values: they cannot be told apart by hash
        if None in distinct:
            if joining.nothing is None:
                raise Irregular
            del distinct[None]
        self._distinct = list(distinct)
        self.representations = joining.represent(self._distinct)

    def take(self, entities: list[Struct | None]) -> None:
        """Raises Irregular when there are too few or too many."""
        if len(entities) != len(self._distinct):
            raise Irregular
        nothing: Any = self._joining.nothing
        if None in entities:
            entities = [nothing if one is None else one for one in entities]
        entity_of: dict[Key, Any] = dict(zip(self._distinct, entities, strict=True))
        entity_of[None] = nothing
        for place, (owners, keys) in zip(self._joining.places, self._found, strict=True):
            place.fill(owners, map(entity_of.__getitem__, keys))


def _place(call: EntityCall, target: Target, root: ObjectShape, structs: Structs, representing: Representing) -> _Place:
    shape = at(root, target.path)
    keys = representing.keys(shape, target.needs)
    if _is_replaced(root, target):
        return _Replaced(target.path, root, structs, keys)
    return _Copied(gathering(root, target.path, structs), keys, [attribute(one.key) for one in shape.brought_by(call)])


def _is_replaced(root: ObjectShape, target: Target) -> bool:
    return is_replaced(at(root, target.path[:-1]).fields[target.path[-1].key])


class _Copied:
    """The entity's fields are copied into the object."""

    def __init__(self, gather: Gather, keys: Keys, names: list[str]) -> None:
        if not names:
            raise NotCompiled("a call for nothing")
        self._gather = gather
        self._keys = keys
        self._names = {name: attrgetter(name) for name in names}

    def find(self, root: Struct) -> tuple[Objects, list[Key]]:
        owners = self._gather([root])
        return owners, self._keys(owners)

    def fill(self, owners: Objects, entities: Iterable[Struct]) -> None:
        several = [*entities]
        for name, get in self._names.items():
            for owner, value in zip(owners, map(get, several), strict=True):
                setattr(owner, name, value)


class _Replaced:
    """The entity takes the object's place in the one above it."""

    def __init__(self, path: Path, root: ObjectShape, structs: Structs, keys: Keys) -> None:
        self._name = attribute(path[-1].key)
        self._get = attrgetter(self._name)
        self._gather = gathering(root, path[:-1], structs)
        self._keys = keys

    def find(self, root: Struct) -> tuple[Objects, list[Key]]:
        owners = self._gather([root])
        references = list(map(self._get, owners))
        if None in references:
            owners = [owner for owner, one in zip(owners, references, strict=True) if one is not None]
            references = [one for one in references if one is not None]
        return owners, self._keys(references)

    def fill(self, owners: Objects, entities: Iterable[Struct]) -> None:
        name = self._name
        for owner, entity in zip(owners, entities, strict=True):
            setattr(owner, name, entity)
