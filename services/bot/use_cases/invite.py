"""Invites a viewer to link a chat: a t.me link that works once, for fifteen minutes."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from services.bot.domain.links import LINK_LIFETIME, REMEMBERED, SECRET_BYTES, digest_of, start_url
from shared.auth.viewer import Viewer
from shared.errors import Forbidden
from shared.messaging.work import Work

_DROP_OLD = "DELETE FROM link_invitation WHERE (subject = $1 AND chat_id IS NULL) OR expires_at < $2"
_INVITE = "INSERT INTO link_invitation (secret_sha256, subject, role, expires_at) VALUES ($1, $2, $3, $4)"


@dataclass(frozen=True, slots=True)
class Invitation:
    url: str
    expires_at: datetime


async def invite(work: Work, viewer: Viewer, bot_name: str) -> Invitation:
    """Only the viewer's newest invitation works. Raises Forbidden for services, which have no chat."""
    if viewer.workspace is None:
        raise Forbidden("Only people can link a chat.")
    secret, now = secrets.token_urlsafe(SECRET_BYTES), work.clock.now()
    expires_at = now + LINK_LIFETIME
    async with work.database.transaction() as transaction:
        await transaction.execute(_DROP_OLD, viewer.subject, now - REMEMBERED)
        await transaction.execute(_INVITE, digest_of(secret), viewer.subject, viewer.role.value, expires_at)
    return Invitation(start_url(bot_name, secret), expires_at)
