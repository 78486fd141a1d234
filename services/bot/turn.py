"""Whose turn it is to talk to Telegram: one process's at a time, however many run.

Telegram counts a bot's messages over all of its processes and gives its updates to one poller, so there is nothing to
gain by several. The turn is a row in the database with a holder and an end; the holder moves the end on for as long
as it lives. Whatever is sent is marked in the database first, on the condition that the turn is still the sender's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from shared.database.database import Database
from shared.ids import new_id

log = structlog.get_logger()

LEASE = timedelta(seconds=5)
RENEWAL_SECONDS = 1.0
LIMITS_PERIOD = timedelta(seconds=1)
"""Over which Telegram counts messages: the next holder does not know what the last one has sent within it."""

_LOOK = "SELECT holder, until, rest_until FROM telegram_turn WHERE id = 1 FOR UPDATE"
_TAKE = "UPDATE telegram_turn SET holder = $1, until = $2 WHERE id = 1"
_RENEW = "UPDATE telegram_turn SET until = $2 WHERE holder = $1 RETURNING id"
_REST = "UPDATE telegram_turn SET rest_until = $2 WHERE holder = $1 AND rest_until < $2"


@dataclass(frozen=True, slots=True)
class Turn:
    """Nothing is to be sent before `begins_at`."""

    holder: UUID
    begins_at: datetime


async def in_turns(database: Database, talk: Callable[[Turn], Awaitable[None]]) -> None:
    """Talks whenever it is this process's turn, until cancelled. A turn that is lost ends the talk."""
    while True:
        turn = await take(database)
        if turn is None:
            await asyncio.sleep(RENEWAL_SECONDS)
            continue
        talking = asyncio.ensure_future(talk(turn))
        try:
            await _hold(database, turn, talking)
        finally:
            talking.cancel()
            await asyncio.wait({talking})
            await _prolong(database, turn, timedelta())  # so that the next one need not wait for the lease to end


async def take(database: Database) -> Turn | None:
    """A turn of one's own, or None while it is somebody else's."""
    now, holder = datetime.now(UTC), new_id()
    async with database.transaction() as transaction:
        last = await transaction.row(_LOOK)
        if last is None or last["until"] > now:
            return None
        await transaction.execute(_TAKE, holder, now + LEASE)
    return Turn(holder, max(last["until"] + LIMITS_PERIOD, last["rest_until"]))


async def rest(database: Database, turn: Turn, until: datetime) -> None:
    """Telegram wants to be left alone until then, by whoever has the turn next too."""
    await database.execute(_REST, turn.holder, until)


async def _hold(database: Database, turn: Turn, talking: asyncio.Future[None]) -> None:
    """Until the talk ends, by itself or because the turn is somebody else's. Raises what the talk raised."""
    while not talking.done():
        await asyncio.wait({talking}, timeout=RENEWAL_SECONDS)
        if not await _prolong(database, turn, LEASE):
            log.warning("another process talks to telegram now")
            return
    await talking


async def _prolong(database: Database, turn: Turn, lease: timedelta) -> bool:
    """Whether it is still one's own. While the database is out of reach nobody else can take it."""
    try:
        return bool(await database.rows(_RENEW, turn.holder, datetime.now(UTC) + lease))
    except Exception as error:  # noqa: BLE001 - tried again, or it ends by itself
        log.warning("turn not prolonged", error=repr(error))
        return True
