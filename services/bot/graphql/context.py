"""What the bot's resolvers know of a request."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.graphql.context import Context
from shared.messaging.work import Work

BotName = Callable[[], Awaitable[str]]
"""The bot's user name on Telegram. Raises NoBot without a bot, UpstreamUnavailable without Telegram."""


@dataclass(frozen=True, kw_only=True)
class BotContext(Context):
    work: Work
    bot_name: BotName
