"""What the bot's resolvers know of a request."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from strawberry.dataloader import DataLoader

from services.bot.reads import deliveries_by_cause
from shared.database.database import Database, Row
from shared.graphql.context import Context
from shared.messaging.work import Work

BotName = Callable[[], Awaitable[str]]
"""The bot's user name on Telegram. Raises NoBot without a bot, UpstreamUnavailable without Telegram."""


@dataclass(frozen=True, kw_only=True)
class BotContext(Context):
    work: Work
    bot_name: BotName
    deliveries: DataLoader[UUID, list[Row]]


def deliveries_loader(database: Database) -> DataLoader[UUID, list[Row]]:
    async def load(cause_ids: list[UUID]) -> list[list[Row]]:
        found = await deliveries_by_cause(database, cause_ids)
        return [found.get(cause_id, []) for cause_id in cause_ids]

    return DataLoader(load)
