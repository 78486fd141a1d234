"""Opens the broker that a URL names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from shared.messaging.broker import Broker
from shared.messaging.memory import MemoryBroker


@asynccontextmanager
async def open_broker(url: str, dead_letters: Path) -> AsyncIterator[Broker]:
    """`memory://`, whose dead letters are files in the folder, or `amqp://user:password@host:port/vhost`.

    `?prefix=` on the latter stands before the name of every exchange and queue. Raises ValueError for other URLs.
    """
    parts = urlsplit(url)
    if parts.scheme == "memory":
        async with MemoryBroker.open(dead_letters) as memory:
            yield memory
    elif parts.scheme in ("amqp", "amqps"):
        from shared.messaging.rabbitmq.broker import RabbitBroker  # noqa: PLC0415 - memory needs none of it

        options = dict(parse_qsl(parts.query))
        prefix = options.pop("prefix", "")
        async with RabbitBroker.open(parts._replace(query=urlencode(options)).geturl(), prefix) as rabbitmq:
            yield rabbitmq
    else:
        raise ValueError(f"a broker's URL starts with memory:// or amqp://, not {parts.scheme!r}")
