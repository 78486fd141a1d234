"""Who may see which field of the bot; shared/graphql/rules.py holds the schema to it."""

from shared.graphql.rules import COORDINATORS, FAMILY, Reach, Rules, Who, told

OWN_CHAT = Who(parent=Reach.OWN, tutor=Reach.OWN, coordinator=Reach.OWN, service=None)
"""A chat is its person's alone; services have none."""

RULES: Rules = {
    "Delivery": {
        "kind": COORDINATORS,
        "recipient": COORDINATORS,
        "role": COORDINATORS,
        "state": COORDINATORS,
        "attempts": COORDINATORS,
        "reason": COORDINATORS,
        "createdAt": COORDINATORS,
        "dueAt": COORDINATORS,
        "triedAt": COORDINATORS,
        "sentAt": COORDINATORS,
    },
    "LowPackageAlert": {
        "id": FAMILY,
        "deliveries": told(COORDINATORS),
    },
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
