import pytest

from services.gateway.endpoint.media_type import preferred

RESPONSE = "application/graphql-response+json"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        (RESPONSE, RESPONSE),
        (f"{RESPONSE}; charset=utf-8, application/json;q=0.9", RESPONSE),
        (f"application/json;q=0.5, {RESPONSE};q=0.7", RESPONSE),
        ("APPLICATION/JSON", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/plain", None),
        ("application/json;q=0", None),
        ("application/json;q=high", None),
        ("application/json;q=2", None),
        ("application/json;q=nan", None),
        (f"application/json, {RESPONSE}", "application/json"),
        (f"{RESPONSE}, application/json", RESPONSE),
        (f"*/*, {RESPONSE}", RESPONSE),
        # The narrower range counts, whatever the wider one says.
        ("application/json;q=0, */*", RESPONSE),
        (f"{RESPONSE};q=0, application/json;q=0, */*", None),
        (f"application/*;q=0.5, {RESPONSE};q=0.1", "application/json"),
        ("application/*;q=0, */*", None),
        ("*/*;q=0", None),
        # A wildcard stands for neither a page nor a stream.
        ("text/*", None),
        ("text/event-stream;q=0.1, */*;q=0.5", "application/json"),
        ("text/event-stream, */*;q=0.5", "text/event-stream"),
        (",;q=1,", None),
    ],
)
def test_preferred(accept: str | None, media_type: str | None) -> None:
    assert preferred(accept) == media_type
