"""What is left to do with an answer before it is encoded: whatever the client did not ask for leaves it."""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from msgspec import UNSET, Struct

from services.gateway.federation.execution.compiled.gathering import Gather, gathering, over
from services.gateway.federation.execution.compiled.shapes import FieldShape, ObjectShape, places_below
from services.gateway.federation.execution.compiled.structs import Structs, attribute, is_replaced

Finish = Callable[[Any], None]


def finishing(root: ObjectShape, structs: Structs) -> list[Finish]:
    """What to do with the root, in this order: objects below others come first, as these leave as new ones."""
    return [*_hiding(root, structs), *reversed(list(_showing(root, structs)))]


def _hiding(root: ObjectShape, structs: Structs) -> Iterator[Finish]:
    """Of objects of one type the plan's own fields."""
    if root.hidden:
        yield _hide(gathering(root, (), structs), root.hidden)
    for path, _, field in places_below(root):
        if not field.is_of_several_types:
            hidden = _left_over(field)
            if hidden:
                below = (*path, field.step_to(field.below[0]))
                yield _hide(gathering(root, below, structs), hidden)


def _left_over(field: FieldShape) -> list[FieldShape]:
    """An object that is replaced takes with it what was hidden in it."""
    (shape,) = field.below
    return [one for one in shape.hidden if not is_replaced(field) or one.source is not field.source]


def _hide(gather: Gather, hidden: list[FieldShape]) -> Finish:
    names = [attribute(one.key) for one in hidden]

    def hide(root: Any) -> None:
        for one in gather([root]):
            for name in names:
                setattr(one, name, UNSET)

    return hide


def _showing(root: ObjectShape, structs: Structs) -> Iterator[Finish]:
    """Of objects of several types what is shown of them."""
    for path, _, field in places_below(root):
        if field.is_of_several_types:
            yield _show(gathering(root, path, structs), field, structs)


def _show(gather: Gather, field: FieldShape, structs: Structs) -> Finish:
    name = attribute(field.key)
    made = {structs.whole(one): _shown(one, structs) for one in field.below}

    def shown(one: Struct) -> Struct:
        make = made.get(type(one))
        return make(one) if make else one  # an owner that stands at several places was here before

    shown_all = over(field.type, shown)

    def show(root: Any) -> None:
        for owner in gather([root]):
            setattr(owner, name, shown_all(getattr(owner, name)))

    return show


def _shown(shape: ObjectShape, structs: Structs) -> Callable[[Struct], Struct]:
    made = structs.shown(shape)
    names = [attribute(key) for key in shape.order]
    if len(names) < 2:
        return lambda one: made(*[getattr(one, name) for name in names])
    get = attrgetter(*names)
    return lambda one: made(*get(one))
