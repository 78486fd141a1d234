"""Which media type the answer has, by the Accept header (RFC 9110, section 12.5.1)."""

from collections.abc import Mapping
from functools import lru_cache

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
EVENT_STREAM = "text/event-stream"

REMEMBERED = 256
"""Clients say the same again and again."""
_WILDCARDS = ("application/*", "*/*")
_BY_WILDCARD = (JSON, GRAPHQL_RESPONSE)
"""What a wildcard may stand for: the older type first, as clients from before the specification expect. The others are
for those who name them."""


@lru_cache(REMEMBERED)
def preferred(accept: str | None) -> str | None:
    """The best of what the client takes and we can give; of equals the one named first. None when there is none."""
    if not accept:
        return JSON
    qualities = _qualities(accept)
    named = [name for name in qualities if name in (GRAPHQL_RESPONSE, JSON, HTML, EVENT_STREAM)]
    taken = {name: _quality(name, qualities) for name in (*named, *_BY_WILDCARD)}
    best = max(taken, key=taken.__getitem__)
    return best if taken[best] > 0 else None


@lru_cache(REMEMBERED)
def takes_events(accept: str | None) -> bool:
    """Whether the client names event streams among what it takes, however much it likes them."""
    return _qualities(accept or "").get(EVENT_STREAM, 0) > 0


def _quality(name: str, qualities: Mapping[str, float]) -> float:
    """By the narrowest of the ranges that hold for it."""
    wider = _WILDCARDS if name in _BY_WILDCARD else ()
    return next((qualities[each] for each in (name, *wider) if each in qualities), 0.0)


def _qualities(accept: str) -> dict[str, float]:
    return dict(map(_range, accept.split(",")))


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        value = float(quality)
    except ValueError:
        return name, 0.0
    return name, value if 0 <= value <= 1 else 0.0
