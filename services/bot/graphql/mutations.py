"""The bot's part of Mutation."""

import strawberry

from services.bot.graphql.context import BotContext
from services.bot.graphql.types import TelegramLinkInvitation
from services.bot.use_cases.invite import invite
from shared.graphql.context import Info


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def create_telegram_link(self, info: Info[BotContext]) -> TelegramLinkInvitation:
        """Invites the viewer to link a chat; an earlier invitation stops working."""
        context = info.context
        invitation = await invite(context.work, context.viewer, await context.bot_name())
        return TelegramLinkInvitation(url=invitation.url, expires_at=invitation.expires_at)
