"""What the environment may say to the bot."""

from pathlib import Path

from pydantic import SecretStr

from shared.runtime.settings import Settings, setting


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
