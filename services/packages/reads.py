"""Batch reads for GraphQL: rows as dicts, no domain objects. Every read says whose rows the viewer may see.

What one may not see is not found. `$1` is always the viewer's person, which for those who see everything is null.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.packages.domain.lots import PackageStatus
from services.packages.domain.people import PersonKind
from shared.auth.viewer import Role, Viewer
from shared.database.database import Row, Statements

Entity = Literal["parent", "child", "tutor", "session", "package", "alert"]

ALL = "$1::uuid IS NULL"
NONE = "$1::uuid IS NOT NULL AND false"

VISIBLE: Mapping[Role, Mapping[Entity, str]] = {
    Role.PARENT: {
        "parent": "p.id = $1::uuid",
        "child": "p.parent_id = $1::uuid",
        "tutor": "EXISTS (SELECT 1 FROM session own WHERE own.tutor_id = p.id AND own.parent_id = $1::uuid)",
        "session": "s.parent_id = $1::uuid",
        "package": "l.parent_id = $1::uuid",
        "alert": "a.parent_id = $1::uuid",
    },
    Role.TUTOR: {
        "parent": NONE,
        "child": "EXISTS (SELECT 1 FROM session own WHERE own.child_id = p.id AND own.tutor_id = $1::uuid)",
        "tutor": "p.id = $1::uuid",
        "session": "s.tutor_id = $1::uuid",
        "package": NONE,
        "alert": NONE,
    },
}
"""Whose rows a role sees; coordinators and services see all."""

_PEOPLE = "SELECT p.id, p.kind, p.parent_id, p.name, p.name_folded, p.email, p.phone, p.external_ref FROM person p"
_SESSIONS = """
    SELECT s.id, s.child_id, s.parent_id, s.tutor_id, s.starts_at, s.duration_minutes, s.status, s.billed_as_addon,
           s.addon_price_minor, s.currency, s.external_ref, s.logged_at, c.kind AS coverage, c.package_id,
           c.price_minor, c.month, c.approved_at, c.approved_by, r.reason AS reversal_reason, r.reversed_at
    FROM session s LEFT JOIN coverage c ON c.session_id = s.id LEFT JOIN reversal r ON r.session_id = s.id
"""
_PACKAGES = """
    SELECT l.id, l.parent_id, l.child_id, l.offer_id, l.total_sessions, l.used_sessions, l.expired_sessions,
           l.price_per_session_minor, l.discount_minor, l.currency, l.goodwill, l.purchased_at, l.purchased_on,
           l.expires_on, l.last_used_at, l.month
    FROM session_package l JOIN person p ON p.id = l.parent_id LEFT JOIN person ch ON ch.id = l.child_id
"""
_ALERTS = """
    SELECT a.id, a.parent_id, a.remaining, a.total_sessions, a.raised_at, a.resolved_at, a.acknowledged_at,
           a.acknowledged_by
    FROM low_package_alert a
"""
_MOVEMENTS = """
    SELECT m.id, m.package_id, m.kind, m.sessions, m.session_id, m.moved_at, m.moved_by, m.reason
    FROM movement m JOIN session_package l ON l.id = m.package_id
"""
_OFFERS = """
    SELECT id, name, total_sessions, price_per_session_minor, currency, validity_days
    FROM package_offer ORDER BY total_sessions, created_at, id
"""
Filter = tuple[str, Sequence[object]]
"""A condition with `{}` for each of its parameters, and those."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions joined by AND, and their parameters."""

    text: str
    parameters: tuple[object, ...]

    def and_(self, condition: str, *parameters: object) -> "Conditions":
        """With one more, which has `{}` for each of its parameters."""
        first = len(self.parameters) + 1
        numbered = condition.format(*(f"${first + i}" for i in range(len(parameters))))
        return Conditions(f"{self.text} AND ({numbered})", (*self.parameters, *parameters))


@dataclass(frozen=True, slots=True)
class Order:
    """A stable order by a column and the id; `alias` is the table's."""

    alias: str
    column: str
    descending: bool = False

    def after(self, conditions: Conditions, key: Sequence[object] | None) -> Conditions:
        if key is None:
            return conditions
        sign = "<" if self.descending else ">"
        return conditions.and_(f"({self.alias}.{self.column}, {self.alias}.id) {sign} ({{}}, {{}})", *key)

    def __str__(self) -> str:
        direction = " DESC" if self.descending else ""
        return f"ORDER BY {self.alias}.{self.column}{direction}, {self.alias}.id{direction}"


BY_NAME = Order("p", "name_folded")
BY_START = Order("s", "starts_at", descending=True)
BY_PURCHASE = Order("l", "purchased_at", descending=True)
BY_RAISING = Order("a", "raised_at", descending=True)


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of one kind that meet conditions, in an order."""

    select: str
    conditions: Conditions
    order: Order


class Reads:
    """What one viewer can read."""

    def __init__(self, statements: Statements, viewer: Viewer) -> None:
        self._statements = statements
        self._role = viewer.role
        self._person_id = viewer.person_id if viewer.role in VISIBLE else None

    async def people(self, kind: PersonKind, ids: Collection[UUID]) -> list[Row]:
        conditions = self._people(kind).and_("p.id = ANY({}::uuid[])", list(ids))
        return await self._all(Listing(_PEOPLE, conditions, BY_NAME))

    async def children_of(self, parent_ids: Collection[UUID]) -> list[Row]:
        conditions = self._people(PersonKind.CHILD).and_("p.parent_id = ANY({}::uuid[])", list(parent_ids))
        return await self._all(Listing(_PEOPLE, conditions, BY_NAME))

    async def sessions(self, ids: Collection[UUID]) -> list[Row]:
        conditions = self._visible("session").and_("s.id = ANY({}::uuid[])", list(ids))
        return await self._all(Listing(_SESSIONS, conditions, BY_START))

    async def packages(self, ids: Collection[UUID]) -> list[Row]:
        conditions = self._visible("package").and_("l.id = ANY({}::uuid[])", list(ids))
        return await self._all(Listing(_PACKAGES, conditions, BY_PURCHASE))

    async def packages_of(self, parent_ids: Collection[UUID]) -> list[Row]:
        conditions = self._visible("package").and_("l.parent_id = ANY({}::uuid[])", list(parent_ids))
        return await self._all(Listing(_PACKAGES, conditions, BY_PURCHASE))

    async def movements_of(self, package_ids: Collection[UUID]) -> list[Row]:
        conditions = self._visible("package").and_("m.package_id = ANY({}::uuid[])", list(package_ids))
        return await self._all(Listing(_MOVEMENTS, conditions, Order("m", "moved_at")))

    async def alerts(self, ids: Collection[UUID]) -> list[Row]:
        conditions = self._visible("alert").and_("a.id = ANY({}::uuid[])", list(ids))
        return await self._all(Listing(_ALERTS, conditions, BY_RAISING))

    async def open_alerts_of(self, parent_ids: Collection[UUID]) -> list[Row]:
        conditions = self._visible("alert").and_(
            "a.parent_id = ANY({}::uuid[]) AND a.resolved_at IS NULL", list(parent_ids)
        )
        return await self._all(Listing(_ALERTS, conditions, BY_RAISING))

    async def offers(self) -> list[Row]:
        return await self._statements.rows(_OFFERS)

    def people_listed(self, kind: PersonKind, search: str | None) -> Listing:
        """By name, in no letter's case; the search looks into names and contact details."""
        conditions = self._people(kind)
        if search:
            like = _like(search)
            conditions = conditions.and_(
                "p.name_folded LIKE {} ESCAPE '!' OR lower(p.email) LIKE {} ESCAPE '!' OR p.phone LIKE {} ESCAPE '!'",
                *(like, like, like),
            )
        return Listing(_PEOPLE, conditions, BY_NAME)

    def sessions_listed(self, filters: Sequence[Filter]) -> Listing:
        """The latest session first; filters speak of the session `s` and its coverage `c`."""
        return Listing(_SESSIONS, self._filtered("session", filters), BY_START)

    def packages_listed(self, filters: Sequence[Filter], search: str | None) -> Listing:
        """The latest purchase first; the search looks for parents' and children's names."""
        conditions = self._filtered("package", filters)
        if search:
            like = _like(search)
            conditions = conditions.and_(
                "p.name_folded LIKE {} ESCAPE '!' OR ch.name_folded LIKE {} ESCAPE '!'", like, like
            )
        return Listing(_PACKAGES, conditions, BY_PURCHASE)

    def alerts_listed(self, filters: Sequence[Filter]) -> Listing:
        return Listing(_ALERTS, self._filtered("alert", filters), BY_RAISING)

    async def page(self, listing: Listing, after: Sequence[object] | None, limit: int) -> list[Row]:
        """Up to `limit` rows after the one whose order column and id are given."""
        conditions = listing.order.after(listing.conditions, after)
        statement = f"{listing.select} WHERE {conditions.text} {listing.order} LIMIT {limit}"
        return await self._statements.rows(statement, *conditions.parameters)

    async def count(self, listing: Listing) -> int:
        source = listing.select[listing.select.index("FROM") :]
        statement = f"SELECT count(*) AS n {source} WHERE {listing.conditions.text}"
        return int(await self._statements.value(statement, *listing.conditions.parameters))

    async def _all(self, listing: Listing) -> list[Row]:
        statement = f"{listing.select} WHERE {listing.conditions.text} {listing.order}"
        return await self._statements.rows(statement, *listing.conditions.parameters)

    def _people(self, kind: PersonKind) -> Conditions:
        entity: Mapping[PersonKind, Entity] = {
            PersonKind.PARENT: "parent",
            PersonKind.CHILD: "child",
            PersonKind.TUTOR: "tutor",
        }
        return self._visible(entity[kind]).and_("p.kind = {}", kind)

    def _filtered(self, entity: Entity, filters: Sequence[Filter]) -> Conditions:
        conditions = self._visible(entity)
        for condition, parameters in filters:
            conditions = conditions.and_(condition, *parameters)
        return conditions

    def _visible(self, entity: Entity) -> Conditions:
        visible = VISIBLE.get(self._role, {}).get(entity, ALL)
        return Conditions(f"({visible})", (self._person_id,))


def _like(search: str) -> str:
    escaped = search.casefold().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"


def has_status(status: PackageStatus, today: date) -> Filter:
    """The rule of domain/lots.py as a condition."""
    if status is PackageStatus.EXHAUSTED:
        return "l.used_sessions = l.total_sessions", ()
    nothing_left = "l.used_sessions + l.expired_sessions = l.total_sessions"
    if status is PackageStatus.EXPIRED:
        return f"l.used_sessions < l.total_sessions AND (l.expires_on < {{}} OR {nothing_left})", (today,)
    return f"NOT ({nothing_left}) AND (l.expires_on IS NULL OR l.expires_on >= {{}})", (today,)
