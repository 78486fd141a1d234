"""One time limit for many blocks."""

import asyncio

import pytest

from services.gateway.time_limit import TimeLimit

LONG = 60.0
SHORT = 0.02


async def forever() -> None:
    await asyncio.Event().wait()


async def held(limit: TimeLimit, work: asyncio.Future[int]) -> int:
    with limit.begun():
        return await work


async def test_a_block_that_ends_in_time_is_let_alone() -> None:
    limit = TimeLimit(SHORT)
    with limit.begun():
        await asyncio.sleep(0)
    await asyncio.sleep(SHORT * 2)


async def test_a_block_that_takes_longer_is_cancelled() -> None:
    with pytest.raises(TimeoutError), TimeLimit(SHORT).begun():
        await forever()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_each_that_is_late_is_told_and_no_other() -> None:
    limit, loop = TimeLimit(SHORT), asyncio.get_running_loop()
    done, never = loop.create_future(), loop.create_future()
    blocks = [asyncio.create_task(held(limit, work)) for work in (never, done, never)]
    await asyncio.sleep(0)
    done.set_result(7)
    first, second, third = await asyncio.gather(*blocks, return_exceptions=True)
    assert (type(first), second, type(third)) == (TimeoutError, 7, TimeoutError)


async def test_blocks_that_begin_when_others_were_late_are_watched_too() -> None:
    limit = TimeLimit(SHORT)
    for _ in range(3):
        with pytest.raises(TimeoutError), limit.begun():
            await forever()


async def test_blocks_that_begin_while_others_run_are_watched_to_their_own_end() -> None:
    limit, loop = TimeLimit(SHORT), asyncio.get_running_loop()
    earlier = asyncio.create_task(held(limit, loop.create_future()))
    await asyncio.sleep(SHORT / 2)
    later = asyncio.create_task(held(limit, loop.create_future()))
    await asyncio.wait([earlier, later], return_when=asyncio.ALL_COMPLETED)
    assert isinstance(earlier.exception(), TimeoutError)
    assert isinstance(later.exception(), TimeoutError)


async def test_who_is_cancelled_by_somebody_else_is_not_late() -> None:
    block = asyncio.create_task(held(TimeLimit(LONG), asyncio.get_running_loop().create_future()))
    await asyncio.sleep(0)
    block.cancel()
    with pytest.raises(asyncio.CancelledError):
        await block


async def test_the_inner_of_two_limits_ends_first() -> None:
    with TimeLimit(LONG).begun(), pytest.raises(TimeoutError), TimeLimit(SHORT).begun():
        await forever()


async def test_an_error_of_the_block_is_the_callers() -> None:
    with pytest.raises(LookupError), TimeLimit(LONG).begun():
        raise LookupError
