"""Identifiers: UUIDv7, so that rows sort by the time they were made."""

import time
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.errors import InvalidInput


def new_id() -> UUID:
    return uuid7()


def seconds_old(id_: UUID) -> float | None:
    """By the clock of whoever made it; None of one that tells no time."""
    return time.time() - (id_.int >> 80) / 1000 if id_.version == 7 else None


def parse_id(text: str, what: str = "id") -> UUID:
    """Raises InvalidInput when the text is not a UUID."""
    id_ = id_or_none(text)
    if id_ is None:
        raise InvalidInput(f"{what} is not an identifier: {text[:64]!r}")
    return id_


def id_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
