"""Event streams (server-sent events, as the HTML standard has them): written, and read as they come."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass

MEDIA_TYPE = "text/event-stream"
HEADERS = {
    "content-type": MEDIA_TYPE,
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",  # or nginx keeps events to itself
}
COMMENT = b":\n\n"
"""Says nothing; shows that the stream lives."""

MOST_EVENT_BYTES = 16 * 1024 * 1024


class BrokenStream(ValueError):
    """Not an event stream, or one with an event out of all proportion."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    name: str
    data: str


def is_one(headers: Mapping[str, str]) -> bool:
    """By the headers of a response, whose names are in lower case."""
    return headers.get("content-type", "").startswith(MEDIA_TYPE)


def written(name: str, data: bytes) -> bytes:
    """`data` is one line."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), data)


async def events_of(chunks: AsyncIterator[bytes]) -> AsyncGenerator[ServerEvent, None]:
    """The events of a stream that arrives in pieces; comments, ids and an unfinished last event are left out."""
    name, data = "", list[str]()
    async for line in _lines(chunks):
        if not line:
            if data or name:  # some servers say that they are complete without a line of data
                yield ServerEvent(name or "message", "\n".join(data))
            name, data = "", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[str, None]:
    """Lines end by CR LF, LF or CR."""
    rest = b""
    async for chunk in chunks:
        rest += chunk
        if len(rest) > MOST_EVENT_BYTES:
            raise BrokenStream("an event is too large")
        held_back = rest.endswith(b"\r")  # an LF that belongs to it may be in the next piece
        *lines, rest = (rest[:-1] if held_back else rest).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        rest += b"\r" if held_back else b""
        for line in lines:
            yield _text(line)


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise BrokenStream("not UTF-8") from error
