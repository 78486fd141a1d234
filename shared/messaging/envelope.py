"""An event as it travels: who it is, what it is about, and its body in JSON."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from uuid import UUID

import msgspec

from shared.contracts import Contract
from shared.ids import new_id

PACK_SIZE = 100


class Event(msgspec.Struct, frozen=True):
    """`id` is what makes a second delivery recognisable; `body` decodes to the contract of `topic`."""

    id: UUID
    topic: str
    at: datetime
    body: msgspec.Raw

    @classmethod
    def about(cls, fact: Contract, at: datetime) -> "Event":
        return cls(new_id(), fact.TOPIC, at, msgspec.Raw(msgspec.json.encode(fact)))


def packed(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Packs of at most PACK_SIZE events of one topic, each in the order they came."""
    for _, same_topic in groupby(sorted(events, key=lambda e: e.topic), key=lambda e: e.topic):
        pack = list(same_topic)
        for start in range(0, len(pack), PACK_SIZE):
            yield pack[start : start + PACK_SIZE]
