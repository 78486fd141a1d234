"""What stands on the server. Everything is durable, and declared by whoever needs it, always with the same arguments.

    nivaa             topic exchange: a queue is bound to it for every topic it takes
    <queue>           quorum queue of a service
    <queue>.dead      quorum queue of what that service could not take
    nivaa.unclaimed   fanout exchange and quorum queue of events that no queue is bound for: kept until a service
                      subscribes to their topic, so that services may be started in any order

Written for 3.10 and 4.x: no transient queues, no global prefetch, and every limit stated because defaults differ.
"""

from collections.abc import Collection
from dataclasses import dataclass

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue
from pamqp.common import Arguments, FieldTable

from shared.messaging.broker import DELIVERY_LIMIT

UNCLAIMED_MESSAGES = 100_000
"""Of what nobody ever asked for, the oldest goes first."""

_NO_LIMIT = 2**31 - 1
"""Reading dead letters hands them back, and 4.x would throw away what was handed back twenty times."""


@dataclass(frozen=True, slots=True)
class Names:
    """`prefix` keeps several organisations apart on one virtual host."""

    prefix: str = ""

    @property
    def exchange(self) -> str:
        return f"{self.prefix}nivaa"

    @property
    def unclaimed(self) -> str:
        return f"{self.prefix}nivaa.unclaimed"

    def queue(self, name: str) -> str:
        return f"{self.prefix}{name}"

    def dead(self, name: str) -> str:
        return f"{self.prefix}{name}.dead"


async def declare_exchange(channel: AbstractChannel, names: Names) -> AbstractExchange:
    unclaimed = await channel.declare_exchange(names.unclaimed, ExchangeType.FANOUT, durable=True)
    await (await declare_unclaimed(channel, names)).bind(unclaimed)
    return await channel.declare_exchange(
        names.exchange, ExchangeType.TOPIC, durable=True, arguments={"alternate-exchange": names.unclaimed}
    )


async def declare_queue(channel: AbstractChannel, names: Names, name: str, topics: Collection[str]) -> AbstractQueue:
    """A service's queue, bound; and the queue of its dead letters."""
    exchange = await declare_exchange(channel, names)
    await declare_dead(channel, names, name)
    queue = await channel.declare_queue(names.queue(name), durable=True, arguments=_service_queue(names.dead(name)))
    for topic in sorted(topics):
        await queue.bind(exchange, topic)
    return queue


async def declare_dead(channel: AbstractChannel, names: Names, name: str) -> AbstractQueue:
    return await channel.declare_queue(names.dead(name), durable=True, arguments=_kept())


async def declare_unclaimed(channel: AbstractChannel, names: Names) -> AbstractQueue:
    arguments = {**_kept(), "x-max-length": UNCLAIMED_MESSAGES, "x-overflow": "drop-head"}
    return await channel.declare_queue(names.unclaimed, durable=True, arguments=arguments)


def _service_queue(dead: str) -> Arguments:
    """The limit is for messages that end the process that takes them; those that merely fail are put aside by it.

    Dead-lettering at least once needs reject-publish, and a queue that accepts: `dead` has no bound.
    """
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def _kept() -> FieldTable:
    return {"x-queue-type": "quorum", "x-delivery-limit": _NO_LIMIT}
