"""Events and dead letters as messages: a JSON array of events, or one dead letter; the property `type` says which."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractIncomingMessage

from shared.ids import new_id
from shared.messaging.broker import DELIVERY_LIMIT, DeadLetter
from shared.messaging.envelope import Event

_LETTER = "dead-letter"


def pack_message(pack: Sequence[Event]) -> Message:
    return _message(msgspec.json.encode(pack), "events")


def letter_message(letter: DeadLetter) -> Message:
    return _message(msgspec.json.encode(letter), _LETTER)


def events_of(message: AbstractIncomingMessage) -> list[Event]:
    """Raises msgspec.DecodeError when the message is none of ours."""
    return msgspec.json.decode(message.body, type=list[Event])


def letters_of(message: AbstractIncomingMessage, queue: str) -> list[DeadLetter]:
    """What a message in the queue of dead letters stands for."""
    if message.type == _LETTER:
        return [msgspec.json.decode(message.body, type=DeadLetter)]
    # The server itself put it there: whoever took it never answered.
    reason, died_at = f"delivered {DELIVERY_LIMIT + 1} times without an answer", _death_of(message)
    try:
        return [DeadLetter(queue, event, reason, died_at) for event in events_of(message)]
    except msgspec.DecodeError as error:
        return [unreadable(message, queue, error)]


def unreadable(message: AbstractIncomingMessage, queue: str, error: msgspec.DecodeError) -> DeadLetter:
    """A letter about a message that is none of ours; the event's body is the message's text."""
    text = msgspec.json.encode(message.body.decode(errors="replace"))
    now = datetime.now(UTC)
    return DeadLetter(queue, Event(new_id(), message.routing_key or "", now, msgspec.Raw(text)), repr(error), now)


def _message(body: bytes, kind: str) -> Message:
    return Message(body, type=kind, content_type="application/json", delivery_mode=DeliveryMode.PERSISTENT)


def _death_of(message: AbstractIncomingMessage) -> datetime:
    deaths = message.headers.get("x-death")
    time = deaths[0].get("time") if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict) else None
    return time if isinstance(time, datetime) else datetime.now(UTC)
