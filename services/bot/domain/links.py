"""How a chat is linked to a person: by a secret that travels in a t.me link, works once and soon ends.

A secret is looked up by its digest. How long that takes may tell something of the digest, from which nothing follows
about any secret.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.auth.viewer import Role

LINK_LIFETIME = timedelta(minutes=15)
REMEMBERED = timedelta(days=1)
"""For so long a link that is over is known, so that who opens it is told why it does not work."""
SECRET_BYTES = 32
"""As base64url 43 characters; Telegram passes on at most 64."""


class LinkRefusal(StrEnum):
    UNKNOWN = "UNKNOWN"
    USED = "USED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Linked:
    """`left_chat` is the chat that the person had before, `took_over` whether this chat was somebody else's."""

    role: Role
    left_chat: int | None = None
    took_over: bool = False


def refusal(expires_at: datetime, used_by: int | None, chat_id: int, now: datetime) -> LinkRefusal | None:
    """Why the link does not work in that chat now. The chat that used it may come again: Telegram can deliver an
    update twice."""
    if used_by not in {None, chat_id}:
        return LinkRefusal.USED
    if expires_at <= now:
        return LinkRefusal.EXPIRED if used_by is None else LinkRefusal.USED
    return None


def digest_of(secret: str) -> str:
    """What is stored of a secret: enough to recognise it, too little to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def start_url(bot_name: str, secret: str) -> str:
    return f"https://t.me/{bot_name}?start={secret}"
