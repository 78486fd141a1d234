"""Who may see which field of the gateway's own subgraph; shared/graphql/rules.py holds the schema to it."""

from shared.graphql.rules import EVERYBODY, FAMILY, Reach, Rules, Who

KNOWN_TUTOR = Who(parent=Reach.LINKED, tutor=Reach.OWN)
"""Families know their tutors by name."""

RULES: Rules = {
    "Freeze": {
        "frozen": EVERYBODY,
        "workspaces": EVERYBODY,
        "reason": EVERYBODY,
    },
    "NavigationItem": {
        "key": EVERYBODY,
        "label": EVERYBODY,
        "href": EVERYBODY,
        "enabled": EVERYBODY,
        "reason": EVERYBODY,
    },
    "Parent": {"id": FAMILY},
    "Tutor": {"id": KNOWN_TUTOR},
    "Viewer": {
        "role": EVERYBODY,
        "workspace": EVERYBODY,
        "person": EVERYBODY,
        "navigation": EVERYBODY,
        "freeze": EVERYBODY,
    },
    "Query": {"viewer": EVERYBODY},
}
