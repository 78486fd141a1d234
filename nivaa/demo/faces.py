"""Whose eyes the printed tokens look through: a parent, a tutor and the coordinator of the loaded organisation."""

from dataclasses import dataclass
from pathlib import Path

from nivaa.demo.journal import read_journal
from nivaa.demo.load import JOURNAL_NAME
from nivaa.demo.organisation import organisation_of
from nivaa.demo.people import Adult, People
from shared.auth.viewer import Role

COORDINATOR = "coordinator"
"""The subject of a coordinator's tokens: coordinators are no people of the packages service."""


@dataclass(frozen=True, slots=True)
class Face:
    role: Role
    name: str
    subject: str


def faces_of(data_dir: Path) -> dict[Role, Face]:
    """Of the demo in that folder; without one there is a coordinator only."""
    faces = {Role.COORDINATOR: Face(Role.COORDINATOR, "the coordinator", COORDINATOR)}
    record = read_journal(data_dir / JOURNAL_NAME)
    if record is None:
        return faces
    people = organisation_of(record.origin).people
    for role, adult in ((Role.PARENT, _busiest_parent(people)), (Role.TUTOR, people.tutors[0])):
        subject = record.ids.get(adult.key)
        if subject is not None:
            faces[role] = Face(role, adult.name, subject)
    return faces


def _busiest_parent(people: People) -> Adult:
    """The first one with the most children."""
    return max(people.families, key=lambda family: len(family.children)).parent
