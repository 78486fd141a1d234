"""How a chat is linked to a person: by a secret that travels in a t.me link, works once and soon ends."""

import hashlib
from datetime import timedelta

LINK_LIFETIME = timedelta(minutes=15)
SECRET_BYTES = 32
"""As base64url 43 characters; Telegram passes on at most 64."""


def digest_of(secret: str) -> str:
    """What is stored of a secret: enough to recognise it, too little to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def start_url(bot_name: str, secret: str) -> str:
    return f"https://t.me/{bot_name}?start={secret}"
