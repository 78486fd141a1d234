"""The bot as a host starts it: the only file that knows all the others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from starlette.routing import Route

from services.bot.asking import Gateway, issuer_of
from services.bot.catalogues import read_catalogues
from services.bot.chats import LinkedChats
from services.bot.dialogue import Dialogue
from services.bot.domain.catalogue import Catalogues
from services.bot.domain.errors import NoBot
from services.bot.events import handlers
from services.bot.graphql.context import BotContext, BotName
from services.bot.graphql.schema import SCHEMA
from services.bot.settings import BotSettings
from services.bot.use_cases.keep_delivering import keep_delivering
from shared.auth.viewer import Viewer
from shared.graphql.context import is_frozen
from shared.graphql.server import GraphQLServer
from shared.http import application
from shared.messaging.work import Work
from shared.runtime.component import Component, Job, Service, Surroundings

log = structlog.get_logger()


@asynccontextmanager
async def open_bot(around: Surroundings) -> AsyncIterator[Service]:
    settings: BotSettings = around.settings
    work = Work(database=around.database, outbox=around.outbox, clock=around.clock)
    due, catalogues = asyncio.Event(), read_catalogues(settings.locale)
    async with _telegram(around, work, catalogues, due) as (bot_name, jobs):
        graphql = GraphQLServer(SCHEMA, partial(_context, settings, work, bot_name), settings.most_answer_seconds)
        app = application([Route("/graphql", graphql)])
        yield Service(app=app, handlers=handlers(due, catalogues), jobs=jobs)


def _context(settings: BotSettings, work: Work, bot_name: BotName, viewer: Viewer) -> BotContext:
    return BotContext(
        viewer=viewer,
        frozen=is_frozen(viewer, settings.freeze),
        currency=settings.currency,
        locale=settings.locale,
        work=work,
        bot_name=bot_name,
    )


@asynccontextmanager
async def _telegram(
    around: Surroundings, work: Work, catalogues: Catalogues, due: asyncio.Event
) -> AsyncIterator[tuple[BotName, list[Job]]]:
    """The bot's name and what it does; without a token it has neither."""
    settings: BotSettings = around.settings
    token = settings.bot_token.get_secret_value()
    if not token:
        log.info("no NIVAA_BOT_TOKEN: the bot idles")
        yield _no_bot, []
        return
    from services.bot.telegram.client import open_telegram  # noqa: PLC0415 - aiogram takes seconds to load
    from services.bot.telegram.polling import poll  # noqa: PLC0415

    dialogue = Dialogue(
        chats=LinkedChats(work),
        gateway=Gateway(around.peer("gateway"), issuer_of(settings, around.token_issuer)).ask,
        catalogues=catalogues,
        clock=work.clock,
        zone=settings.zone,
    )
    async with open_telegram(token, settings.bot_api_url) as telegram:
        yield telegram.name, [lambda: poll(telegram, dialogue), lambda: keep_delivering(work, telegram.send, due)]


async def _no_bot() -> str:
    raise NoBot("This organisation has no Telegram bot yet.")


COMPONENT = Component(name="bot", settings=BotSettings, open=open_bot, port=8004)
