"""What is wrong with an answer's errors, and with an answer in an outage: in words, one for each complaint."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.gateway.federation.errors import UNAVAILABLE
from tests.federation.fuzz.answers import Answer, Told, at, null_on
from tests.federation.fuzz.dependence import Need
from tests.federation.fuzz.readings import Place

Failures = Mapping[Place, str | None]
"""All that fails, wherever it goes up to, with what it says if that is known."""


def unfounded(told: Iterable[Told], data: Any, failures: Failures) -> Iterator[str]:
    """Errors that are none there, or say something else; that name no null; that are told twice."""
    places: set[Place] = set()
    for one in told:
        if one.place is None or one.place not in failures:
            yield f"nothing fails there: {one}"
        elif one.message != (failures[one.place] or one.message):
            yield f"it says {failures[one.place]}: {one}"
        elif not _is_null(one.place, data):
            yield f"nothing is null there: {one}"
        elif one.place in places:
            yield f"told twice: {one}"
        places.add(one.place or ())


@dataclass(frozen=True)
class Expected:
    """Of an outage: `whole` is the answer without it, `most` that without what surely needs the subgraph, `least` that
    without what may need it too. `lost` are the fields of both kinds, `failures` those that fail anyway.
    """

    whole: Any
    most: Any
    least: Any
    lost: Mapping[Place, Need]
    failures: Failures

    def of_one_event(self) -> "Expected":
        """When the subgraph that is down is the subscription's own, no other comes."""
        return replace(self, whole=self.whole[:1], most=self.most[:1], least=self.least[:1])


def in_outage(ours: Answer, expected: Expected) -> Iterator[str]:
    if not is_part_of(ours.data, expected.most):
        yield "there is more than there can be"
    if not is_part_of(expected.least, ours.data):
        yield "something is lost that can be had"
    unavailable = [one for one in ours.told if one.code == UNAVAILABLE]
    yield from unfounded(unavailable, ours.data, dict.fromkeys(expected.lost))
    yield from unfounded((one for one in ours.told if one.code != UNAVAILABLE), ours.data, expected.failures)
    explained = {_field(one.place or ()) for one in unavailable}
    of_its_own = {null_on(one.place or (), ours.data) for one in ours.told}
    failed = {null_on(place, ours.data) for place in expected.failures}
    for place in nulls_in(ours.data):
        is_explained = place in of_its_own or any(_begins(one, _field(place)) for one in explained)
        if not is_explained and (place in failed or not _is_null(place, expected.whole)):
            yield f"no error says why {list(place)} is null"


def is_part_of(some: Any, all_: Any) -> bool:
    """The same in the same order, but for nulls."""
    match some, all_:
        case None, _:
            return True
        case dict(), dict():
            return list(some) == list(all_) and all(is_part_of(some[key], all_[key]) for key in some)
        case list(), list():
            return len(some) == len(all_) and all(map(is_part_of, some, all_))
    return bool(some == all_) and type(some) is type(all_)


def nulls_in(data: Any, place: Place = ()) -> Iterator[Place]:
    match data:
        case None:
            yield place
        case dict():
            for key, value in data.items():
                yield from nulls_in(value, (*place, key))
        case list():
            for index, value in enumerate(data):
                yield from nulls_in(value, (*place, index))


def _is_null(place: Place, data: Any) -> bool:
    for key in place:
        if data is None:
            return True
        data = at(data, key)
    return data is None


def _field(place: Place) -> Place:
    """Of whichever object: a request that fails is told once for each field."""
    return tuple(key for key in place if isinstance(key, str))


def _begins(place: Place, with_: Place) -> bool:
    return place[: len(with_)] == with_
