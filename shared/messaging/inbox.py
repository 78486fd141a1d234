"""Events arrive through the inbox: the id is inserted first, in the transaction of the effect.

Only that insert may mean "seen before"; a constraint that the effect itself runs into is an error like any other.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.contracts import Contract
from shared.database.database import Database, Transaction
from shared.messaging.envelope import Event

Handler = Callable[[Transaction, Sequence[Any]], Awaitable[None]]
"""Takes all of a batch's facts of one contract, in the order of their staging, as part of the transaction."""

_FIRST_SEEN = """
    INSERT INTO inbox (event_id, received_at)
    SELECT seen.event_id, $2::timestamptz FROM (SELECT unnest($1::uuid[]) AS event_id) AS seen WHERE true
    ON CONFLICT DO NOTHING RETURNING event_id
"""


class Inbox:
    """One service's way in: which of its use cases take which facts."""

    def __init__(self, database: Database, handlers: Mapping[type[Contract], Handler]) -> None:
        self._database = database
        self._handlers = {contract.TOPIC: (contract, handler) for contract, handler in handlers.items()}

    @property
    def topics(self) -> frozenset[str]:
        return frozenset(self._handlers)

    async def receive(self, events: Sequence[Event]) -> None:
        """All of the events take effect, or none does and it raises."""
        with self._database.bound():
            async with self._database.transaction() as transaction:
                for topic, fresh in (await self._fresh(transaction, events)).items():
                    contract, handler = self._handlers[topic]
                    await handler(transaction, [msgspec.json.decode(event.body, type=contract) for event in fresh])

    async def _fresh(self, transaction: Transaction, events: Sequence[Event]) -> dict[str, list[Event]]:
        by_id = {event.id: event for event in sorted(events, key=lambda event: event.id.int)}
        rows = await transaction.rows(_FIRST_SEEN, list(by_id), datetime.now(UTC))
        unseen = {row["event_id"] for row in rows}
        fresh: dict[str, list[Event]] = {}
        for event in by_id.values():
            if event.id in unseen:
                fresh.setdefault(event.topic, []).append(event)
        return fresh
