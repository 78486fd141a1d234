"""What became of the messages about an alert."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import strawberry

from services.bot.domain.deliveries import DeliveryState
from services.bot.domain.notices import NoticeKind
from services.bot.graphql.context import BotContext
from shared.database.row import Row
from shared.graphql.context import Info
from shared.graphql.entities import id_of
from shared.graphql.loading import loaded
from shared.ids import parse_id

strawberry.enum(DeliveryState, description="To be sent; taken by Telegram; the person blocks the bot; given up.")
strawberry.enum(NoticeKind, description="What a message tells.")


@strawberry.enum(description="As whom somebody is told.")
class RecipientRole(StrEnum):
    PARENT = "parent"
    TUTOR = "tutor"
    COORDINATOR = "coordinator"


@strawberry.type(description="A message to one person's chat about one thing.")
class Delivery:
    kind: NoticeKind
    recipient: strawberry.ID = strawberry.field(description="The parent's id, or the coordinator's: a token's `sub`.")
    role: RecipientRole
    state: DeliveryState
    attempts: int
    reason: str | None = strawberry.field(description="Why it is not sent, not yet, or not for certain.")
    created_at: datetime
    due_at: datetime | None = strawberry.field(description="While PENDING: not before then.")
    tried_at: datetime | None = strawberry.field(description="When the last attempt went out.")
    sent_at: datetime | None

    @classmethod
    def of(cls, row: Row) -> Self:
        state = DeliveryState(row["state"])
        return cls(
            kind=NoticeKind(row["kind"]),
            recipient=strawberry.ID(row["subject"]),
            role=RecipientRole(row["role"]),
            state=state,
            attempts=row["attempts"],
            reason=row["reason"],
            created_at=row["created_at"],
            due_at=row["due_at"] if state is DeliveryState.PENDING else None,
            tried_at=row["sending_at"],
            sent_at=row["sent_at"],
        )


@strawberry.federation.type(keys=["id"])
class LowPackageAlert:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **_: Any) -> Self:  # noqa: A002
        parse_id(id)
        return cls(id=id)

    @loaded("deliveries", by=id_of)
    def deliveries(self, _: Info[BotContext], rows: list[Row]) -> list[Delivery] | None:
        """For coordinators: who was told of it in Telegram, and what became of that."""
        return [Delivery.of(row) for row in rows]
