"""The demo's organisation with some of its families only."""

from collections.abc import Iterator
from dataclasses import fields, replace

from nivaa.demo.actions import Action, ApproveSessions
from nivaa.demo.organisation import Organisation

REFERENCES = {"parent", "child", "tutor", "offer", "package", "session"}


def few_families(demo: Organisation, families: int) -> Organisation:
    """Everything that is about the largest ones, and every tutor."""
    by_size = sorted(demo.people.families, key=lambda family: -len(family.children))
    strangers = {family.parent.key for family in by_size[families:]}
    return replace(demo, actions=tuple(_without(demo.actions, strangers)))


def _without(actions: tuple[Action, ...], unknown: set[str]) -> Iterator[Action]:
    for action in actions:
        named = {getattr(action, field.name) for field in fields(action) if field.name in REFERENCES}
        if action.key in unknown or named & unknown:
            unknown.add(action.key)
        elif isinstance(action, ApproveSessions):
            yield replace(action, sessions=tuple(key for key in action.sessions if key not in unknown))
        else:
            yield action
