"""The viewer: who asks, in which role, with which scopes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from uuid import UUID

MONEY_READ = "money:read"
"""The scope whose bearer sees live money while the freeze is on."""


class Role(StrEnum):
    PARENT = "parent"
    TUTOR = "tutor"
    COORDINATOR = "coordinator"
    SERVICE = "service"


@dataclass(frozen=True)
class Viewer:
    """The subject of a verified token. `actor` is the service that acts for the subject, if one does.

    `known_until` is when the token stops to verify; None for a viewer who comes from no token.
    """

    subject: str
    role: Role
    scopes: frozenset[str] = frozenset()
    actor: str | None = None
    known_until: datetime | None = field(default=None, compare=False)

    @cached_property
    def person_id(self) -> UUID | None:
        """The person behind the subject; None when the subject is no UUID."""
        try:
            return UUID(self.subject)
        except ValueError:
            return None

    @property
    def workspace(self) -> Role | None:
        """The workspace the viewer works in; services have none."""
        return None if self.role is Role.SERVICE else self.role

    def has_scope(self, scope: str) -> bool:
        return scope in self.scopes
