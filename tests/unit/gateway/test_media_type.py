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
    ],
)
def test_preferred(accept: str | None, media_type: str | None) -> None:
    assert preferred(accept) == media_type
