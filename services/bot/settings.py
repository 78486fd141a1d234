"""What the environment may say to the bot."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from services.bot.domain.notices import NoticeKind
from services.bot.domain.quiet_hours import QuietHours
from shared.runtime.settings import Settings, known_scheme, setting


class BotSettings(Settings):
    bot_database_url: str = setting("BOT_DATABASE_URL", "the bot's database", "")
    bot_database_password: SecretStr = setting("BOT_DATABASE_PASSWORD", "for a URL without one", SecretStr(""))
    bot_token: SecretStr = setting("NIVAA_BOT_TOKEN", "the token from @BotFather; empty: the bot idles", SecretStr(""))
    bot_api_url: str = setting(
        "NIVAA_BOT_API_URL", "Telegram's Bot API or a server like it", "https://api.telegram.org"
    )
    bot_key_file: Path | None = setting(
        "NIVAA_BOT_KEY_FILE",
        "with NIVAA_JWKS_URL: a key set whose key signs the bot's tokens for linked people and whose public half "
        "is published there",
        None,
    )
    webhook_url: str = setting(
        "NIVAA_BOT_WEBHOOK_URL",
        "where Telegram is to send updates: the gateway's or the bot's /telegram/webhook as seen from outside; empty: "
        "long polling",
        "",
    )
    webhook_secret: SecretStr = setting(
        "NIVAA_BOT_WEBHOOK_SECRET",
        "with NIVAA_BOT_WEBHOOK_URL: what Telegram has to show there; up to 256 letters, digits, _ and -",
        SecretStr(""),
    )
    messages_per_second: Annotated[int, Field(ge=1, le=10_000)] = setting(
        "NIVAA_BOT_MESSAGES_PER_SECOND", "how many messages Telegram takes of the bot in a second", 30
    )
    messages_per_second_in_a_chat: Annotated[float, Field(gt=0, le=1_000)] = setting(
        "NIVAA_BOT_MESSAGES_PER_SECOND_IN_A_CHAT", "and how many of them in one chat", 1.0
    )
    give_up_hours: Annotated[float, Field(gt=0, le=24 * 365)] = setting(
        "NIVAA_BOT_GIVE_UP_HOURS",
        "after how many hours a push that could not be sent has failed, and one to a blocked chat is not sent any more",
        24.0,
    )
    quiet_hours: Annotated[QuietHours | None, NoDecode] = setting(
        "NIVAA_BOT_QUIET_HOURS",
        "when pushes are held back, in the organisation's time zone, as 21:30-08:00; empty: never",
        None,
    )
    quiet_kinds: Annotated[frozenset[NoticeKind], NoDecode] = setting(
        "NIVAA_BOT_QUIET_KINDS",
        "which pushes quiet hours hold back: LOW_PACKAGE_RAISED, LOW_PACKAGE_RESOLVED, PAYOUT_PAID, INVOICE_ISSUED",
        frozenset(NoticeKind),
    )

    @field_validator("bot_api_url", "webhook_url")
    @classmethod
    def _reached_by_http(cls, value: str) -> str:
        return known_scheme(value, {"http", "https"}) if value else value

    @field_validator("quiet_hours", mode="before")
    @classmethod
    def _read_quiet_hours(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return QuietHours.parse(value) if value.strip() else None

    @field_validator("quiet_kinds", mode="before")
    @classmethod
    def _read_quiet_kinds(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return frozenset(NoticeKind(name.strip()) for name in value.split(",") if name.strip())

    @model_validator(mode="after")
    def _secret_for_the_webhook(self) -> Self:
        secret = self.webhook_secret.get_secret_value()
        if self.webhook_url and not secret:
            raise ValueError("NIVAA_BOT_WEBHOOK_URL needs NIVAA_BOT_WEBHOOK_SECRET")
        if secret and not re.fullmatch("[A-Za-z0-9_-]{1,256}", secret):
            raise ValueError("NIVAA_BOT_WEBHOOK_SECRET must be 1 to 256 letters, digits, _ and -")
        return self

    @property
    def give_up_after(self) -> timedelta:
        return timedelta(hours=self.give_up_hours)
