"""Identifiers: UUIDv7, so that rows sort by the time they were made."""

from uuid import UUID

from uuid_utils.compat import uuid7

from shared.errors import InvalidInput


def new_id() -> UUID:
    return uuid7()


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
