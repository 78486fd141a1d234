"""What the bot's resolvers know of a request."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from services.bot.reads import deliveries_by_cause
from shared.database.database import Database
from shared.database.row import Row
from shared.graphql.context import Context
from shared.graphql.loading import Loader
from shared.messaging.work import Work

BotName = Callable[[], Awaitable[str]]
"""The bot's user name on Telegram. Raises NoBot without a bot, UpstreamUnavailable without Telegram."""


@dataclass(frozen=True, kw_only=True)
class Loaders:
    deliveries: Loader[UUID, list[Row]]

    @classmethod
    def over(cls, database: Database) -> "Loaders":
        return cls(deliveries=Loader(partial(deliveries_by_cause, database), []))


@dataclass(frozen=True, kw_only=True)
class BotContext(Context):
    work: Work
    bot_name: BotName
    loaders: Loaders
