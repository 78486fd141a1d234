"""Shapes → msgspec structs: answers are decoded into them, filled up, and encoded as they stand.

Types are as strict as the schema, or stricter: whatever does not fit raises while it is decoded, and the interpreter
says what is wrong with it. Fields that come later are unset until then, and what is unset is not encoded. None of the
structs can be part of a cycle, so the garbage collector need not know them (`gc=False`): at 300 objects an answer
that is worth a quarter of the time.

Of several types msgspec decodes the one that `__typename` says, the tag. A tag is encoded always and first of all, so
that such an object leaves as another struct, of the client's fields in the client's order.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, Union

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    get_named_type,
)
from msgspec import UNSET, Struct, UnsetType, defstruct

from services.gateway.federation.execution.compiled.shapes import FieldShape, ObjectShape, Source
from services.gateway.federation.operation.selection import TYPENAME

_SCALARS: dict[str, Any] = {"String": str, "ID": str | int, "Int": int, "Float": int | float, "Boolean": bool}
_ANYTHING = str | int | float | bool | list[Any] | dict[str, Any]
_Definition = tuple[str, Any] | tuple[str, Any, Any]


def attribute(key: str) -> str:
    """Response keys may be words of Python's."""
    return f"f_{key}"


def renamed(keys: Iterable[str]) -> dict[str, str]:
    """What their attributes are in JSON."""
    return {attribute(key): key for key in keys}


class Structs:
    """One struct for each shape, and one for each part that comes by itself."""

    def __init__(self) -> None:
        self._made: dict[int, type[Struct]] = {}

    def whole(self, shape: ObjectShape) -> type[Struct]:
        """With all fields: those that come with the object, and room for those that come later."""
        known = self._made.get(id(shape))
        if known is None:
            make = self._tagged if shape.is_tagged else self._plain
            known = self._made[id(shape)] = make(shape)
        return known

    def part(self, shape: ObjectShape, source: Source, *, is_whole: bool = False) -> type[Struct]:
        """What one source brings of it; `is_whole`: it will stand for the object itself."""
        brought = {one.key for one in shape.brought_by(source)}
        keys = [key for key in [*shape.order, *_hidden_keys(shape)] if key in brought or is_whole]
        own = [key for key in keys if key in brought or key in shape.typenames]
        return self._struct(shape, source, own if is_whole else [key for key in keys if key in brought])

    def reference(self, shape: ObjectShape) -> type[Struct]:
        """What stands there until a part takes its place."""
        return self._struct(shape, shape.source, [one.key for one in shape.brought_by(shape.source)])

    def shown(self, shape: ObjectShape) -> type[Struct]:
        """What the client gets of it, by position in the client's order."""
        fields = [(attribute(key), Any) for key in shape.order]
        return defstruct(shape.type_name, fields, rename=renamed(shape.order), gc=False)

    def _plain(self, shape: ObjectShape) -> type[Struct]:
        return self._struct(shape, shape.source, [*shape.order, *_hidden_keys(shape)])

    def _struct(self, shape: ObjectShape, source: Source | None, keys: Sequence[str]) -> type[Struct]:
        definitions = [self._definition(shape, key, source) for key in keys]
        return defstruct(shape.type_name, definitions, kw_only=True, rename=renamed(keys), gc=False)

    def _tagged(self, shape: ObjectShape) -> type[Struct]:
        """`__typename` is no field of it; its attributes are the class's."""
        return defstruct(
            shape.type_name,
            [self._definition(shape, key, shape.source) for key in shape.fields],
            namespace={attribute(key): shape.type_name for key in shape.typenames},
            rename=renamed(shape.fields),
            tag_field=TYPENAME,
            tag=shape.type_name,
            kw_only=True,
            gc=False,
        )

    def _definition(self, shape: ObjectShape, key: str, source: Source | None) -> _Definition:
        if key in shape.typenames:
            return attribute(key), Literal[shape.type_name], shape.type_name
        field = shape.fields[key]
        annotation = _annotation(field.type, self._inner(field))
        if field.source is source:
            return attribute(key), annotation
        return attribute(key), annotation | UnsetType, UNSET

    def _inner(self, field: FieldShape) -> Any:
        if not field.below:
            return _leaf(field)
        if is_replaced(field):
            return self.reference(field.below[0])
        return Union[tuple(self.whole(one) for one in field.below)]  # noqa: UP007 - as many as there are


def is_replaced(field: FieldShape) -> bool:
    """One call brings all that is shown of the object: what it brings takes the object's place, nothing is copied."""
    if not field.below or field.is_of_several_types or _is_list(field.type):
        return False
    (shape,) = field.below
    if len(shape.targeted_by) != 1:
        return False
    (call,) = shape.targeted_by
    if call is field.source or any(one.below for one in shape.hidden):
        return False
    return len(call.targets) == 1 and all(one.source is call for one in shape.shown)


def _is_list(type_: GraphQLOutputType) -> bool:
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)


def _hidden_keys(shape: ObjectShape) -> list[str]:
    return [one.key for one in shape.hidden]


def _annotation(type_: GraphQLOutputType, inner: Any) -> Any:
    if isinstance(type_, GraphQLNonNull):
        return _present(type_.of_type, inner)
    return _present(type_, inner) | None


def _present(type_: GraphQLOutputType, inner: Any) -> Any:
    if isinstance(type_, GraphQLList):
        return list[_annotation(type_.of_type, inner)]  # type: ignore[misc]
    return inner


def _leaf(field: FieldShape) -> Any:
    """Custom scalars can be anything; where they are keys, the interpreter deals with all but text."""
    named = get_named_type(field.type)
    if isinstance(named, GraphQLEnumType):
        return Literal[tuple(named.values)]
    return _SCALARS.get(named.name, str if field.is_needed else _ANYTHING)
