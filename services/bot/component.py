"""The bot as a host starts it: the only file that knows all the others."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog
from starlette.routing import Route

from services.bot.asking import Gateway, issuer_of
from services.bot.catalogues import read_catalogues
from services.bot.chats import LinkedChats
from services.bot.dialogue import Dialogue
from services.bot.domain.errors import NoBot
from services.bot.events import handlers
from services.bot.graphql.context import BotContext, BotName, Loaders
from services.bot.graphql.schema import SCHEMA
from services.bot.http import webhook_route
from services.bot.settings import BotSettings
from services.bot.telegram.pace import Pace
from services.bot.turn import in_turns
from shared.auth.gate import Gate
from shared.auth.viewer import Viewer
from shared.clock import SystemClock
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
    due = asyncio.Event()
    async with _telegram(around, work, due) as at_work:
        graphql = GraphQLServer(
            SCHEMA,
            partial(_context, settings, work, at_work.name),
            settings.most_answer_seconds,
            introspection=settings.introspection,
        )
        # Tokens are about the real present, even where the business clock travels.
        routes = [Route("/graphql", Gate(graphql, around.verifier, SystemClock())), *at_work.routes]
        yield Service(app=application(routes), handlers=handlers(work.clock, due), jobs=at_work.jobs)


def _context(settings: BotSettings, work: Work, bot_name: BotName, viewer: Viewer) -> BotContext:
    return BotContext(
        viewer=viewer,
        frozen=is_frozen(viewer, settings.freeze),
        currency=settings.currency,
        locale=settings.locale,
        work=work,
        bot_name=bot_name,
        loaders=Loaders.over(work.database),
    )


async def _no_bot() -> str:
    raise NoBot("This organisation has no Telegram bot yet.")


@dataclass(frozen=True, kw_only=True)
class _AtWork:
    """What there is of Telegram. Without a token it is nothing."""

    name: BotName = _no_bot
    routes: Sequence[Route] = ()
    jobs: Sequence[Job] = ()


@asynccontextmanager
async def _telegram(around: Surroundings, work: Work, due: asyncio.Event) -> AsyncIterator[_AtWork]:
    settings: BotSettings = around.settings
    token = settings.bot_token.get_secret_value()
    if not token:
        log.info("no NIVAA_BOT_TOKEN: the bot idles")
        yield _AtWork()
        return
    from services.bot.telegram.client import open_telegram  # noqa: PLC0415 - aiogram takes seconds to load
    from services.bot.telegram.talk import Talk  # noqa: PLC0415

    dialogue = Dialogue(
        chats=LinkedChats(work, settings.give_up_after),
        gateway=Gateway(around.peer("gateway"), issuer_of(settings, around.token_issuer)).ask,
        catalogues=read_catalogues(settings.locale),
        clock=work.clock,
        zone=settings.zone,
    )
    pace = Pace(settings.messages_per_second, settings.messages_per_second_in_a_chat)
    async with open_telegram(token, settings.bot_api_url, pace) as telegram:
        talk = Talk(work, telegram, settings, dialogue, due)
        routes = [webhook_route(settings.webhook_secret, talk.store)] if settings.webhook_url else []
        yield _AtWork(name=telegram.name, routes=routes, jobs=[partial(in_turns, work.database, talk.run)])


COMPONENT = Component(name="bot", settings=BotSettings, open=open_bot, gated=False, port=8004)
