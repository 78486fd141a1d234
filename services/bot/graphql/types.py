"""What clients see of the bot's data."""

from datetime import datetime
from typing import Any

import strawberry

from services.bot import reads
from services.bot.graphql.context import BotContext
from shared.database.row import Row
from shared.graphql.context import Info
from shared.ids import parse_id


@strawberry.federation.type(
    keys=["id"], description="The viewer's Telegram chat. `blocked`: Telegram refuses to deliver to it."
)
class TelegramLink:
    id: strawberry.ID
    linked_at: datetime
    blocked: bool

    @classmethod
    def of(cls, row: Row) -> "TelegramLink":
        return cls(id=strawberry.ID(str(row["id"])), linked_at=row["linked_at"], blocked=row["blocked_at"] is not None)

    @classmethod
    async def resolve_reference(cls, info: Info[BotContext], id: strawberry.ID, **_: Any) -> "TelegramLink | None":  # noqa: A002
        context = info.context
        row = await reads.link(context.work.database, context.viewer.subject, parse_id(id))
        return None if row is None else cls.of(row)


@strawberry.type(description="An invitation to link a chat: opening the URL in Telegram links it, once.")
class TelegramLinkInvitation:
    url: str
    expires_at: datetime
