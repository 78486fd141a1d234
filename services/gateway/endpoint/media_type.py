"""Which media type the answer has, by the Accept header."""

from functools import lru_cache

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
EVENT_STREAM = "text/event-stream"

REMEMBERED = 256
"""Clients say the same again and again."""
_ANSWERS = {
    GRAPHQL_RESPONSE: GRAPHQL_RESPONSE,
    JSON: JSON,
    HTML: HTML,
    EVENT_STREAM: EVENT_STREAM,
    "application/*": JSON,
    "*/*": JSON,
}


@lru_cache(REMEMBERED)
def preferred(accept: str | None) -> str | None:
    """The best of what the client takes and we can give; None when there is nothing in common.

    Without a header, and for wildcards, it is application/json, as clients from before the specification expect.
    """
    if not accept:
        return JSON
    known = _known(accept)
    if not known:
        return None
    best = max(quality for quality, _ in known)
    return next(_ANSWERS[name] for quality, name in known if quality == best)


@lru_cache(REMEMBERED)
def takes_events(accept: str | None) -> bool:
    """Whether the client names event streams among what it takes, however much it likes them."""
    return any(name == EVENT_STREAM for _, name in _known(accept or ""))


def _known(accept: str) -> list[tuple[float, str]]:
    ranges = [_range(part) for part in accept.split(",")]
    return [(quality, name) for name, quality in ranges if name in _ANSWERS and quality > 0]


def _range(part: str) -> tuple[str, float]:
    name, *parameters = [piece.strip().lower() for piece in part.split(";")]
    quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return name, float(quality)
    except ValueError:
        return name, 0.0
