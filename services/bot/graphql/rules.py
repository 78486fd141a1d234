"""Who may see which field of the bot; shared/graphql/rules.py holds the schema to it."""

from shared.graphql.rules import Reach, Rules, Who

OWN_CHAT = Who(parent=Reach.OWN, tutor=Reach.OWN, coordinator=Reach.OWN, service=None)
"""A chat is its person's alone; services have none."""

RULES: Rules = {
    "TelegramLink": {
        "id": OWN_CHAT,
        "linkedAt": OWN_CHAT,
        "blocked": OWN_CHAT,
    },
    "TelegramLinkInvitation": {
        "url": OWN_CHAT,
        "expiresAt": OWN_CHAT,
    },
    "Query": {"telegramLink": OWN_CHAT},
    "Mutation": {"createTelegramLink": OWN_CHAT},
}
