"""An event as it travels: who it is, what it is about, and its body in JSON."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from uuid import UUID

import msgspec

from shared.contracts import Contract
from shared.ids import new_id

PACK_SIZE = 100
PACK_BYTES = 512 * 1024
"""Large events travel alone: RabbitMQ takes 16 MiB at most, and a big message holds up what comes behind it."""


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
    """Packs of events of one topic, each in the order they came; at most PACK_SIZE of them, and PACK_BYTES of bodies
    unless a single one has more."""
    for _, same_topic in groupby(sorted(events, key=lambda e: e.topic), key=lambda e: e.topic):
        pack: list[Event] = []
        size = 0
        for event in same_topic:
            if pack and (len(pack) == PACK_SIZE or size + len(event.body) > PACK_BYTES):
                yield pack
                pack, size = [], 0
            pack.append(event)
            size += len(event.body)
        yield pack
