"""The messages of graphql-transport-ws."""

from typing import Annotated, Any

import msgspec

from services.gateway.endpoint.asked import Parameters

PROTOCOL = "graphql-transport-ws"

Id = Annotated[str, msgspec.Meta(min_length=1)]


class ConnectionInit(msgspec.Struct, tag_field="type", tag="connection_init"):
    payload: dict[str, Any] | None = None


class Subscribe(msgspec.Struct, tag_field="type", tag="subscribe"):
    id: Id
    payload: Parameters


class Complete(msgspec.Struct, tag_field="type", tag="complete"):
    id: Id


class Ping(msgspec.Struct, tag_field="type", tag="ping"):
    payload: dict[str, Any] | None = None


class Pong(msgspec.Struct, tag_field="type", tag="pong"):
    payload: dict[str, Any] | None = None


FromClient = ConnectionInit | Subscribe | Complete | Ping | Pong


class Closing(Exception):
    """The socket is to be closed, for a reason that its code names."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def bad_request(why: str) -> Closing:
    return Closing(4400, why)


def unauthorized() -> Closing:
    """An operation before the connection was acknowledged."""
    return Closing(4401, "Unauthorized")


def forbidden(why: str) -> Closing:
    """No token, or none that verifies any more: clients come again with another."""
    return Closing(4403, f"Forbidden: {why}")


def init_timeout() -> Closing:
    return Closing(4408, "Connection initialisation timeout")


def subscriber_exists(operation_id: str) -> Closing:
    return Closing(4409, f"Subscriber for {operation_id} already exists")


def too_many_inits() -> Closing:
    return Closing(4429, "Too many initialisation requests")


def going_away() -> Closing:
    """The process stops: clients come again."""
    return Closing(1001, "Going away")


def try_again_later(why: str) -> Closing:
    return Closing(1013, why)


def read(message: str) -> FromClient:
    """Raises Closing."""
    try:
        received: FromClient = _DECODER.decode(message)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise bad_request(f"Invalid message: {error}") from error
    if isinstance(received, Subscribe) and received.payload.is_empty:
        raise bad_request("Invalid message: `query` is missing")
    return received


def written(kind: str, operation_id: str | None = None, payload: object = None) -> str:
    message = {"id": operation_id, "type": kind, "payload": payload}
    return msgspec.json.encode({name: value for name, value in message.items() if value is not None}).decode()


_DECODER = msgspec.json.Decoder(FromClient)
