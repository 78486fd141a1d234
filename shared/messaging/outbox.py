"""Events leave a service by its outbox.

A use case stages them in the transaction of its rows, so there is no fact without its event and no event without
its fact. After the commit the relay leases what is staged, publishes it outside any transaction, then deletes it.
A crash in between publishes again, which every inbox absorbs.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import structlog

from shared.contracts import Contract
from shared.database.database import Database, Transaction
from shared.database.writing import Writing
from shared.messaging.broker import Broker
from shared.messaging.envelope import Event

log = structlog.get_logger()

LEASE = timedelta(seconds=10)
BATCH = 1_000
BATCH_BYTES = 4 * 1024 * 1024
"""Of bodies: a closed month is told in parts of some hundred kilobytes, and there may be a thousand of them."""
BACKSTOP_SECONDS = 1.0

_STAGE = """
    INSERT INTO outbox (id, topic, at, body)
    SELECT * FROM unnest($1::uuid[], $2::varchar[], $3::timestamptz[], $4::text[])
"""
_LEASE = """
    UPDATE outbox SET leased_until = $2 WHERE id IN (
        SELECT id FROM (
            SELECT id, sum(size) OVER (ORDER BY id) - size AS size_before FROM (
                SELECT id, octet_length(body) AS size FROM outbox WHERE leased_until IS NULL OR leased_until < $1
                ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED) AS free) AS queue
        WHERE size_before < $4)
    RETURNING id, topic, at, body
"""
_RELEASE = "UPDATE outbox SET leased_until = NULL WHERE id = ANY($1::uuid[])"
_SENT = "DELETE FROM outbox WHERE id = ANY($1::uuid[])"


class Outbox:
    """Where a service's use cases stage what they have to tell."""

    def __init__(self) -> None:
        self.staged = asyncio.Event()

    async def stage(self, transaction: Transaction, facts: Sequence[Contract], at: datetime) -> None:
        """Part of the transaction; the relay is woken once it is committed."""
        await transaction.write(self.staging(transaction, facts, at))

    def staging(self, transaction: Transaction, facts: Sequence[Contract], at: datetime) -> Writing:
        """What stages them, for a transaction that writes more in the same round trip."""
        events = [Event.about(fact, at) for fact in facts]
        if events:
            transaction.after_commit(self.staged.set)
        return Writing(_STAGE, [(e.id, e.topic, e.at, bytes(e.body).decode()) for e in events])


class Relay:
    """Brings an outbox's events to the broker. Several relays may share one outbox."""

    def __init__(self, database: Database, outbox: Outbox, broker: Broker) -> None:
        self._database = database
        self._outbox = outbox
        self._broker = broker

    async def run(self) -> None:
        """Until cancelled. The poll is for events that another process staged, or left when it died."""
        while True:
            self._outbox.staged.clear()
            try:
                while await self.drain():
                    pass
            except Exception as error:  # noqa: BLE001 - the events stay staged, and are tried again
                log.warning("relay failed", service=self._database.config.service, error=repr(error))
            try:
                async with asyncio.timeout(BACKSTOP_SECONDS):
                    await self._outbox.staged.wait()
            except TimeoutError:
                continue

    async def drain(self) -> int:
        """Publishes one batch; returns how many events it had."""
        events = await self._lease()
        if events:
            ids = [event.id for event in events]
            try:
                await self._broker.publish(events)
            except BaseException:
                await asyncio.shield(self._database.execute(_RELEASE, ids))
                raise
            await self._database.execute(_SENT, ids)
        return len(events)

    async def _lease(self) -> list[Event]:
        now = datetime.now(UTC)  # leases are between processes, whatever day the business clock shows
        async with self._database.transaction() as transaction:
            rows = await transaction.rows(_LEASE, now, now + LEASE, BATCH, BATCH_BYTES)
        staged = [Event(row["id"], row["topic"], row["at"], msgspec.Raw(row["body"].encode())) for row in rows]
        return sorted(staged, key=lambda event: event.id)
