"""A request that comes again with the same key gets the first one's result."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from shared.database.database import Transaction
from shared.errors import IdempotencyKeyReused, InvalidInput

LONGEST_KEY = 200

_CLAIM = """
    INSERT INTO idempotency_key (key, content_sha256, result_id, claimed_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING RETURNING result_id
"""
_CLAIMED = "SELECT content_sha256, result_id FROM idempotency_key WHERE key = $1"


def content_digest(content: Any) -> str:
    """Of a use case's input: its kind and every field of it."""
    return sha256(type(content).__name__.encode() + msgspec.json.encode(content, order="deterministic")).hexdigest()


async def claim_key(
    transaction: Transaction, key: str | None, content: Any, result_id: UUID, now: datetime
) -> UUID | None:
    """None for the first request, whose result will be `result_id`; the first one's result for a repetition.

    Comes before every other check: what was once done is answered, even when it could not be done any more.
    A concurrent request with the same key waits here until the first has committed.
    """
    if key is None:
        return None
    if not (1 <= len(key) <= LONGEST_KEY and key.isprintable()):
        raise InvalidInput(f"an idempotency key has 1 to {LONGEST_KEY} characters, all of which can be printed")
    digest = content_digest(content)
    if await transaction.row(_CLAIM, key, digest, result_id, now):
        return None
    first = await transaction.row(_CLAIMED, key)
    if first is None or first["content_sha256"] != digest:
        raise IdempotencyKeyReused("this idempotency key came before with other content", key=key)
    return UUID(str(first["result_id"]))
