"""What the bot refuses, beside the shared refusals.

Refusal
└─ NoBot                       BOT_NOT_CONFIGURED
"""

from shared.errors import Refusal


class NoBot(Refusal):
    """The organisation has set up no Telegram bot, so there is no chat to link."""

    code = "BOT_NOT_CONFIGURED"
