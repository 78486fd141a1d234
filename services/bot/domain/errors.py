"""What the bot refuses, beyond what every service refuses."""

from shared.errors import Refusal


class NoBot(Refusal):
    """The organisation has set up no Telegram bot, so there is no chat to link."""

    code = "BOT_NOT_CONFIGURED"
