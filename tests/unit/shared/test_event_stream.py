"""Event streams: however they are cut into pieces, the same events come out."""

from collections.abc import AsyncGenerator

import pytest

from shared import event_stream
from shared.event_stream import BrokenStream, ServerEvent, events_of

STREAM = (
    b": hello\n\n" + event_stream.written("next", '{"n":"₹1"}'.encode()) + event_stream.COMMENT
    + b"event: next\r\ndata: a\r\ndata:b\r\nid: 7\r\n\r\n" + b"data\r\r" + event_stream.written("complete", b"")
    + b"event: next\ndata: cut short"
)  # fmt: skip
EVENTS = [
    ServerEvent("next", '{"n":"₹1"}'),
    ServerEvent("next", "a\nb"),
    ServerEvent("message", ""),
    ServerEvent("complete", ""),
]


async def pieces(stream: bytes, size: int) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(stream), size):
        yield stream[start : start + size]


@pytest.mark.parametrize("size", [1, 2, 3, 7, len(STREAM)])
async def test_pieces_do_not_matter(size: int) -> None:
    assert [event async for event in events_of(pieces(STREAM, size))] == EVENTS


@pytest.mark.parametrize("stream", [b"data: \xff\n\n", b"data: " + b"x" * (event_stream.MOST_EVENT_BYTES + 1)])
async def test_what_is_no_stream_is_refused(stream: bytes) -> None:
    with pytest.raises(BrokenStream):
        _ = [event async for event in events_of(pieces(stream, 1 << 20))]
