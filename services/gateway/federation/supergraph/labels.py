"""Progressive `@override`: which labels are on for a request, and the supergraph as it is while they are."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from random import random

from services.gateway.federation.supergraph.model import FieldJoin, FieldModel, Supergraph, TypeModel

_PERCENT = re.compile(r"percent\((\d+(?:\.\d+)?)\)")


class Labels:
    """`on` are always on. `percent(x)` is on for x requests of a hundred, by `chance`: a number from 0 up to 1."""

    def __init__(self, on: Collection[str] = (), chance: Callable[[], float] = random) -> None:
        self._on = frozenset(on)
        self._chance = chance

    def decided(self, labels: Iterable[str]) -> frozenset[str]:
        """Those of them that are on for one request."""
        return frozenset(label for label in labels if self._is_on(label))

    def _is_on(self, label: str) -> bool:
        percent = _PERCENT.fullmatch(label)
        return label in self._on or (percent is not None and self._chance() * 100 < float(percent[1]))


def with_labels(supergraph: Supergraph, on: Collection[str]) -> Supergraph:
    """Each progressive override decided: these labels are on, all others off."""
    return replace(supergraph, types={name: _type(model, on) for name, model in supergraph.types.items()})


def _type(model: TypeModel, on: Collection[str]) -> TypeModel:
    return replace(model, fields={name: _field(one, on) for name, one in model.fields.items()})


def _field(model: FieldModel, on: Collection[str]) -> FieldModel:
    if not any(join.override for join in model.joins.values()):
        return model
    return replace(model, joins={subgraph: _join(join, on) for subgraph, join in model.joins.items()})


def _join(join: FieldJoin, on: Collection[str]) -> FieldJoin:
    override = join.override
    return join if override is None else replace(join, overridden=override.takes_over is not (override.label in on))
