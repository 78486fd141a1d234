"""Requests that are announced at the last moment: after connecting and before the first byte of what they ask for.

Who dies before the announcement has sent nothing, and who dies after it has sent all of it but for a moment. One
request at a time is in that moment: the next is announced when the bytes of the one before are the kernel's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramRetryAfter
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp import FormData
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload, Payload

TOO_MANY_REQUESTS = 429
USUAL_REST_SECONDS = 5

Announce = Callable[[], Awaitable[bool]]
"""Whether the request may still be sent."""


class NotSent(Exception):
    """It was not to be sent any more."""


class _Announcement:
    def __init__(self, announce: Announce) -> None:
        self._announce = announce
        self.refused = False

    async def make(self) -> None:
        self.refused = True  # also when it fails: then nothing is sent
        self.refused = not await self._announce()
        if self.refused:
            raise NotSent


_announcement: ContextVar[_Announcement | None] = ContextVar("announcement", default=None)


@contextmanager
def announced(announce: Announce | None) -> Iterator[None]:
    """Requests begun in the block are announced. Raises NotSent instead of any error when the announcement failed."""
    announcement = None if announce is None else _Announcement(announce)
    token = _announcement.set(announcement)
    try:
        yield
    except Exception as error:
        if announcement is not None and announcement.refused:
            raise NotSent from error
        raise
    finally:
        _announcement.reset(token)


class AnnouncingSession(AiohttpSession):
    """aiogram's session with announcements, of requests that carry no files. A 429 is one even when it does not say for
    how long, or is a proxy's."""

    def __init__(self, api: TelegramAPIServer) -> None:
        super().__init__(api=api)
        self._leaving = asyncio.Lock()

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        try:
            return super().check_response(bot, method, status_code, content)
        except (ClientDecodeError, TelegramAPIError) as error:
            if status_code == TOO_MANY_REQUESTS and not isinstance(error, TelegramRetryAfter):
                raise TelegramRetryAfter(method, "Too Many Requests", USUAL_REST_SECONDS) from error
            raise

    def build_form_data(self, bot: Bot, method: TelegramMethod[TelegramType]) -> FormData:
        announcement = _announcement.get()
        if announcement is None:
            return super().build_form_data(bot, method)
        form = _Form(announcement, self._leaving)
        for name, value in method.model_dump(warnings=False).items():
            if prepared := self.prepare_value(value, bot=bot, files={}):
                form.add_field(name, prepared)
        return form


class _Form(FormData):
    def __init__(self, announcement: _Announcement, leaving: asyncio.Lock) -> None:
        super().__init__()
        self._announcement = announcement
        self._leaving = leaving

    def __call__(self) -> Payload:
        return _Body(super().__call__(), self._announcement, self._leaving)


class _Body(BytesPayload):
    def __init__(self, form: Payload, announcement: _Announcement, leaving: asyncio.Lock) -> None:
        super().__init__(form.decode().encode(), content_type=form.content_type)
        self._announcement = announcement
        self._leaving = leaving

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        async with self._leaving:
            await self._announcement.make()
            await super().write_with_length(writer, content_length)
