"""Work for a client that may leave."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message

from services.gateway.endpoint.connected import ClientGone, while_connected


def request_of(left: asyncio.Event) -> Request:
    """A request whose client stays until the event."""

    async def receive() -> Message:
        await left.wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


async def test_the_result_of_work_for_a_client_who_stays() -> None:
    async def work() -> int:
        return 7

    assert await while_connected(request_of(asyncio.Event()), work()) == 7


async def test_work_ends_when_the_client_leaves() -> None:
    left, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        left.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(ClientGone):
        await while_connected(request_of(left), work())
    assert ended.is_set()


async def test_an_error_of_the_work_is_the_callers() -> None:
    async def work() -> None:
        raise LookupError("none")

    with pytest.raises(LookupError):
        await while_connected(request_of(asyncio.Event()), work())


async def test_whoever_cancels_the_waiting_cancels_the_work() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    waiting = asyncio.create_task(while_connected(request_of(asyncio.Event()), work()))
    await started.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended.is_set()
