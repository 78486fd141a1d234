"""What systems upstream of NIVAA tell it. They are not ours: docs/upstream.md says how they publish."""

from datetime import datetime
from typing import ClassVar

from shared.contracts import Contract


class SessionRecorded(Contract, frozen=True, kw_only=True):
    """A lesson was taught. The same `external_ref` with the same content again is nothing new.

    `child` and `tutor` are the external references by which they were created, or else their identifiers.
    `starts_at` has its offset from UTC. `addon_price_minor` is in the organisation's currency, which `currency`
    confirms where it is given.
    """

    TOPIC: ClassVar[str] = "upstream.session_recorded.v1"
    external_ref: str
    child: str
    tutor: str
    starts_at: datetime
    duration_minutes: int
    billed_as_addon: bool = False
    addon_price_minor: int | None = None
    currency: str | None = None
