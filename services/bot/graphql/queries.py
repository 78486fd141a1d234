"""The bot's part of Query."""

import strawberry

from services.bot import reads
from services.bot.graphql.context import BotContext
from services.bot.graphql.types import TelegramLink
from shared.graphql.context import Info


@strawberry.type
class Query:
    @strawberry.field
    async def telegram_link(self, info: Info[BotContext]) -> TelegramLink | None:
        """The viewer's linked chat, if there is one."""
        row = await reads.link_of(info.context.work.database, info.context.viewer.subject)
        return None if row is None else TelegramLink.of(row)
