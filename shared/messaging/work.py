"""What a use case works with. Services extend it by their own settings."""

from dataclasses import dataclass

from shared.clock import Clock
from shared.database.database import Database
from shared.messaging.outbox import Outbox


@dataclass(frozen=True, kw_only=True)
class Work:
    database: Database
    outbox: Outbox
    clock: Clock
