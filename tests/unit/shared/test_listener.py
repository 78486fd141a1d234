"""What waits for a listener is bounded: it is told that it missed something, or has the latest only."""

from weakref import WeakSet

import pytest

from shared.database.watch import MOST_WAITING, Listener
from shared.errors import TooSlow


async def test_who_does_not_take_what_comes_is_told_so() -> None:
    listener = Listener[int](WeakSet(), only_latest=False)
    listener.tell(range(MOST_WAITING))
    assert [await listener.next(), await listener.next()] == [0, 1]
    listener.tell(range(3))
    for _ in range(2):
        with pytest.raises(TooSlow):
            await listener.next()


async def test_where_only_the_latest_counts_it_replaces_the_others() -> None:
    listener = Listener[int](WeakSet(), only_latest=True)
    for number in range(MOST_WAITING * 2):
        listener.tell([number])
    assert await listener.next() == MOST_WAITING * 2 - 1
