"""What a queue could not take: put aside, read, and put back."""

from collections.abc import Collection, Sequence
from uuid import UUID

from shared.messaging.broker import DeadLetter
from shared.messaging.envelope import packed
from shared.messaging.rabbitmq.browsing import browsing
from shared.messaging.rabbitmq.link import Link
from shared.messaging.rabbitmq.topology import declare_dead
from shared.messaging.rabbitmq.wire import letter_message, letters_of, pack_message


async def put_aside(link: Link, letters: Sequence[DeadLetter]) -> None:
    """The letters of one queue."""
    await link.send(link.names.dead(letters[0].queue), map(letter_message, letters))


async def read_dead_letters(link: Link, queue: str) -> list[DeadLetter]:
    """Each event once: a crash between putting aside and acknowledging leaves two letters about it."""
    async with browsing(link, lambda channel: declare_dead(channel, link.names, queue)) as messages:
        letters = [letter for message in messages for letter in letters_of(message, queue)]
    unique = {letter.event.id: letter for letter in letters}
    return sorted(unique.values(), key=lambda letter: letter.event.id)


async def replay(link: Link, queue: str, ids: Collection[UUID]) -> None:
    """Puts these events back into the queue; a message that also holds others is replaced by letters about those."""
    async with browsing(link, lambda channel: declare_dead(channel, link.names, queue)) as messages:
        for message in messages:
            letters = letters_of(message, queue)
            wanted = [letter.event for letter in letters if letter.event.id in ids]
            if wanted:
                await link.send(link.names.queue(queue), map(pack_message, packed(wanted)))
                if others := [letter for letter in letters if letter.event.id not in ids]:
                    await put_aside(link, others)
                await message.ack()
