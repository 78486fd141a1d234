"""Batch reads for GraphQL: rows as dicts, no domain objects. Every read says whose rows the viewer may see.

What one may not see is not found, and no filter or search tells of it. `$1` is always the viewer's person, which for
those who see everything is null.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from services.packages.domain.lots import PackageStatus
from services.packages.domain.people import PersonKind
from shared.auth.viewer import Role, Viewer
from shared.database.database import Statements
from shared.database.listing import Conditions, Filter, Listing, Order
from shared.database.row import Row

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

_PEOPLE = "SELECT p.id, p.parent_id, p.name, p.name_folded, p.email, p.phone, p.external_ref FROM person p"
_SESSIONS = """
    SELECT s.id, s.child_id, s.parent_id, s.tutor_id, s.starts_at, s.duration_minutes, s.status, s.billed_as_addon,
           s.currency, s.external_ref, c.kind AS coverage, c.package_id, c.price_minor, c.month, c.approved_at,
           r.reason AS reversal_reason, r.reversed_at
    FROM session s LEFT JOIN coverage c ON c.session_id = s.id LEFT JOIN reversal r ON r.session_id = s.id
"""
_PACKAGES = """
    SELECT l.id, l.parent_id, l.child_id, l.total_sessions, l.used_sessions, l.expired_sessions,
           l.price_per_session_minor, l.discount_minor, l.currency, l.goodwill, l.purchased_at, l.expires_on,
           l.last_used_at, l.month
    FROM session_package l JOIN person p ON p.id = l.parent_id LEFT JOIN person ch ON ch.id = l.child_id
"""
_ALERTS = """
    SELECT a.id, a.parent_id, a.remaining, a.total_sessions, a.raised_at, a.resolved_at, a.acknowledged_at,
           a.acknowledged_by
    FROM low_package_alert a JOIN person p ON p.id = a.parent_id
"""
_MOVEMENTS = """
    SELECT m.id, m.package_id, m.kind, m.sessions, m.session_id, m.moved_at, m.moved_by, m.reason
    FROM movement m JOIN session_package l ON l.id = m.package_id
"""
_OFFERS = """
    SELECT id, name, total_sessions, price_per_session_minor, currency, validity_days, withdrawn_at
    FROM package_offer WHERE $1 OR withdrawn_at IS NULL ORDER BY total_sessions, created_at, id
"""
_REJECTIONS = """
    SELECT subject_id AS session_id, reason, done_at FROM audit_entry
    WHERE action = 'REJECT_SESSION' AND subject_id = ANY($1::uuid[])
"""
AUDIT_ENTRIES = """(
    SELECT id, action, subject_id, reason, amount_minor, currency, done_at, done_by FROM audit_entry
    UNION ALL
    SELECT id, CAST('APPROVE_SESSION' AS varchar), session_id, CAST(NULL AS text), price_minor, currency, approved_at,
           approved_by
    FROM coverage
    UNION ALL
    SELECT id, CAST('REVERSE_SESSION' AS varchar), session_id, CAST(reason AS text), CAST(NULL AS bigint),
           CAST(NULL AS varchar), reversed_at, reversed_by
    FROM reversal
)"""
"""Approvals and reversals are locked rows that say by themselves who did it, when and why.

Columns of one type in all three: only then do both databases merge the three by their indexes."""

_NAME = "p.name_folded LIKE {} ESCAPE '!'"
_CONTACT = "lower(p.email) LIKE {} ESCAPE '!' OR p.phone LIKE {} ESCAPE '!'"

BY_NAME = Order("p", "name_folded")
BY_START = Order("s", "starts_at", descending=True)
BY_PURCHASE = Order("l", "purchased_at", descending=True)
BY_RAISING = Order("a", "raised_at", descending=True)
BY_LEFT = Order("a", "remaining", then=("raised_at",))


class Reads:
    """What one viewer can read."""

    def __init__(self, statements: Statements, viewer: Viewer) -> None:
        self.statements = statements
        self._role = viewer.role
        self._person_id = viewer.person_id if viewer.role in VISIBLE else None

    def sees_family(self, parent_id: UUID) -> bool:
        """Whether what happens to a family's alerts is for this viewer: the rule of the table, for a row at hand."""
        return self._role not in VISIBLE or (self._role is Role.PARENT and self._person_id == parent_id)

    async def people(self, kind: PersonKind, ids: Collection[UUID]) -> list[Row]:
        conditions = self._people(kind).and_("p.id = ANY({}::uuid[])", list(ids))
        return await Listing(_PEOPLE, conditions, BY_NAME).unordered(self.statements)

    async def children_of(self, parent_ids: Collection[UUID]) -> list[Row]:
        conditions = self._people(PersonKind.CHILD).and_("p.parent_id = ANY({}::uuid[])", list(parent_ids))
        return await Listing(_PEOPLE, conditions, BY_NAME).all(self.statements)

    async def sessions(self, ids: Collection[UUID]) -> list[Row]:
        conditions = self._visible("session").and_("s.id = ANY({}::uuid[])", list(ids))
        return await Listing(_SESSIONS, conditions, BY_START).unordered(self.statements)

    async def packages(self, ids: Collection[UUID]) -> list[Row]:
        conditions = self._visible("package").and_("l.id = ANY({}::uuid[])", list(ids))
        return await Listing(_PACKAGES, conditions, BY_PURCHASE).unordered(self.statements)

    async def packages_of(self, parent_ids: Collection[UUID]) -> list[Row]:
        conditions = self._visible("package").and_("l.parent_id = ANY({}::uuid[])", list(parent_ids))
        return await Listing(_PACKAGES, conditions, BY_PURCHASE).all(self.statements)

    async def movements_of(self, package_ids: Collection[UUID]) -> list[Row]:
        conditions = self._visible("package").and_("m.package_id = ANY({}::uuid[])", list(package_ids))
        return await Listing(_MOVEMENTS, conditions, Order("m", "moved_at")).all(self.statements)

    async def alerts(self, ids: Collection[UUID]) -> list[Row]:
        conditions = self._visible("alert").and_("a.id = ANY({}::uuid[])", list(ids))
        return await Listing(_ALERTS, conditions, BY_RAISING).unordered(self.statements)

    async def open_alerts_of(self, parent_ids: Collection[UUID]) -> list[Row]:
        conditions = self._visible("alert").and_(
            "a.parent_id = ANY({}::uuid[]) AND a.resolved_at IS NULL", list(parent_ids)
        )
        return await Listing(_ALERTS, conditions, BY_RAISING).all(self.statements)

    async def rejections_of(self, session_ids: Collection[UUID]) -> list[Row]:
        """Of sessions that the viewer sees."""
        return await self.statements.rows(_REJECTIONS, list(session_ids))

    async def offers(self, *, withdrawn: bool) -> list[Row]:
        """What families pay is not for tutors."""
        return [] if self._role is Role.TUTOR else await self.statements.rows(_OFFERS, withdrawn)

    def people_listed(self, kind: PersonKind, search: str | None) -> Listing:
        """By name, in no letter's case; the search looks into names, and into contact details that the viewer sees."""
        unseen = self._role is Role.PARENT and kind is PersonKind.TUTOR
        searched = _searched(search, _NAME) if unseen else _searched(search, _NAME, _CONTACT)
        return Listing(_PEOPLE, self._people(kind).and_all(searched), BY_NAME)

    @property
    def hides_families(self) -> bool:
        """Whether lists may not be narrowed by what only families know."""
        return self._role is Role.TUTOR

    def sessions_listed(self, filters: Sequence[Filter], search: str | None) -> Listing:
        """The latest session first; filters speak of the session `s` and its coverage `c`.

        The search looks for children's and tutors' names, and for parents' names where the viewer may know them.
        """
        kinds = ("child", "tutor") if self.hides_families else ("child", "tutor", "parent")
        names = [f"s.{kind}_id IN (SELECT p.id FROM person p WHERE {_NAME})" for kind in kinds]
        return Listing(_SESSIONS, self._visible("session").and_all([*filters, *_searched(search, *names)]), BY_START)

    def packages_listed(self, filters: Sequence[Filter], search: str | None) -> Listing:
        """The latest purchase first; the search looks for parents' and children's names."""
        searched = _searched(search, _NAME, _NAME.replace("p.", "ch."))
        return Listing(_PACKAGES, self._visible("package").and_all([*filters, *searched]), BY_PURCHASE)

    def alerts_listed(self, filters: Sequence[Filter], search: str | None, order: Order) -> Listing:
        """The search looks for parents' names and contact details, and for their children's names."""
        children = f"EXISTS (SELECT 1 FROM person ch WHERE ch.parent_id = p.id AND {_NAME.replace('p.', 'ch.')})"
        searched = _searched(search, _NAME, _CONTACT, children)
        return Listing(_ALERTS, self._visible("alert").and_all([*filters, *searched]), order)

    def _people(self, kind: PersonKind) -> Conditions:
        entity: Mapping[PersonKind, Entity] = {
            PersonKind.PARENT: "parent",
            PersonKind.CHILD: "child",
            PersonKind.TUTOR: "tutor",
        }
        return self._visible(entity[kind]).and_("p.kind = {}", kind)

    def _visible(self, entity: Entity) -> Conditions:
        visible = VISIBLE.get(self._role, {}).get(entity, ALL)
        return Conditions(f"({visible})", (self._person_id,))


def _searched(search: str | None, *places: str) -> list[Filter]:
    """Whether one of the places holds the text, in no letter's case; each place has `{}` for every time it looks."""
    if not search:
        return []
    escaped = search.casefold().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    anywhere = " OR ".join(places)
    return [(anywhere, [f"%{escaped}%"] * anywhere.count("{}"))]


def has_status(status: PackageStatus, today: date) -> Filter:
    """The rule of domain/lots.py as a condition."""
    if status is PackageStatus.EXHAUSTED:
        return "l.used_sessions = l.total_sessions", ()
    nothing_left = "l.used_sessions + l.expired_sessions = l.total_sessions"
    if status is PackageStatus.EXPIRED:
        return f"l.used_sessions < l.total_sessions AND (l.expires_on < {{}} OR {nothing_left})", (today,)
    return f"NOT ({nothing_left}) AND (l.expires_on IS NULL OR l.expires_on >= {{}})", (today,)
