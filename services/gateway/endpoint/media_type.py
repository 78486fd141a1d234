"""Which media type the answer has, by the Accept header."""

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"

_ANSWERS = {
    GRAPHQL_RESPONSE: GRAPHQL_RESPONSE,
    JSON: JSON,
    HTML: HTML,
    "application/*": JSON,
    "*/*": JSON,
}


def preferred(accept: str | None) -> str | None:
    """The best of what the client takes and we can give; None when there is nothing in common.

    Without a header, and for wildcards, it is application/json, as clients from before the specification expect.
    """
    if not accept:
        return JSON
    ranges = [_range(part) for part in accept.split(",")]
    known = [(quality, name) for name, quality in ranges if name in _ANSWERS and quality > 0]
    if not known:
        return None
    best = max(quality for quality, _ in known)
    return next(_ANSWERS[name] for quality, name in known if quality == best)


def _range(part: str) -> tuple[str, float]:
    name, *parameters = [piece.strip().lower() for piece in part.split(";")]
    quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return name, float(quality)
    except ValueError:
        return name, 0.0
