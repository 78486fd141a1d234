"""Readings of the oracle: with all its subgraphs or without one, and what fails in them."""

from collections.abc import Callable, Iterator
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from tests.federation.fuzz.dependence import Dependence, Need
from tests.federation.fuzz.truth import Object

Place = tuple[str | int, ...]


class Reading:
    """One, of a whole operation. `told` is what fields said that failed, `lost` are those that need a subgraph that is
    down: with that they fail whose need is in `fails_for`. A subscription's places begin with the event's number.
    """

    def __init__(self, dependence: Dependence | None = None, fails_for: frozenset[Need] = frozenset()) -> None:
        self.told: dict[Place, str] = {}
        self.lost: dict[Place, Need] = {}
        self._dependence = dependence
        self._fails_for = fails_for
        self._event: tuple[int, ...] = ()

    def begin_event(self, number: int) -> None:
        self._event = (number,)

    def read(self, source: Object, info: GraphQLResolveInfo[Any], value: Callable[[], Any]) -> Any:
        """The field's value, unless it fails."""
        place = (*self._event, *info.path.as_list())
        need = self._dependence.of(source.type_name, info.field_name, source.known_in) if self._dependence else Need.NOT
        if need is not Need.NOT:
            self.lost[place] = need
        if need is Need.SURELY and need in self._fails_for:
            raise GraphQLError("its subgraph is down")
        found = self._told(place, value)
        if need in self._fails_for:  # a mutation may have been made all the same, of which then nothing is seen
            raise GraphQLError("its subgraph may be down")
        if self._dependence:
            self._locate(place, found, self._dependence, source.type_name, info.field_name)
        return found

    def _told(self, place: Place, value: Callable[[], Any]) -> Any:
        try:
            return value()
        except GraphQLError as error:
            self.told[place] = error.message
            raise

    def _locate(self, place: Place, value: Any, dependence: Dependence, type_name: str, field_name: str) -> None:
        known_in = dependence.known_in(type_name, field_name)
        hides_type = dependence.hides_type(type_name, field_name)
        for where, one in _objects(value, place):
            one.known_in = known_in
            if hides_type:
                self.lost[where] = Need.MAYBE


def _objects(value: Any, place: Place) -> Iterator[tuple[Place, Object]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _objects(item, (*place, index))
    elif isinstance(value, Object):
        yield place, value
