"""A family's lots. Whoever changes them holds the parent's row first, so each family is served one by one.

Parents are locked before billing months, and both in a fixed order: no two transactions wait in a circle.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

import msgspec

from services.packages.domain.ledger import Movement
from services.packages.domain.lots import Lot
from shared.contracts.packages import PackagePurchased
from shared.database.database import Statements, Transaction
from shared.database.row import Row
from shared.database.writing import Writing
from shared.errors import NotFound
from shared.ids import new_id
from shared.money import Money
from shared.period import Month

_LOCK_PARENTS = """
    SELECT id FROM person WHERE id = ANY($1::uuid[]) AND kind = 'PARENT' ORDER BY id FOR NO KEY UPDATE
"""
_FAMILIES = """
    SELECT p.id AS parent_id, p.name AS parent_name, a.id AS alert_id, l.id, l.child_id, l.total_sessions,
           l.used_sessions, l.expired_sessions, l.price_per_session_minor, l.currency, l.goodwill, l.purchased_at,
           l.expires_on, l.last_used_at
    FROM person p
    LEFT JOIN session_package l ON l.parent_id = p.id
    LEFT JOIN low_package_alert a ON a.parent_id = p.id AND a.resolved_at IS NULL
    WHERE p.id = ANY($1::uuid[]) AND p.kind = 'PARENT' ORDER BY l.purchased_at, l.id
"""
_FAMILIES_AND_MONTHS = f"""
    WITH held AS MATERIALIZED (
        SELECT month FROM period WHERE month = ANY($2::varchar[]) AND sealed_at IS NULL ORDER BY month FOR SHARE)
    SELECT family.*, (SELECT count(*) FROM held) AS months_held FROM ({_FAMILIES}) AS family
"""
_OWNER = "SELECT parent_id FROM session_package WHERE id = $1"
_WITH_EXPIRED_LOTS = """
    SELECT DISTINCT parent_id FROM session_package
    WHERE expires_on < $1 AND used_sessions + expired_sessions < total_sessions ORDER BY parent_id
"""
_SAVE_LOTS = """
    WITH lot (id, used_sessions, expired_sessions, expires_on, last_used_at) AS (
        SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[], $4::date[], $5::timestamptz[]))
    UPDATE session_package SET used_sessions = lot.used_sessions, expired_sessions = lot.expired_sessions,
        expires_on = lot.expires_on, last_used_at = lot.last_used_at
    FROM lot WHERE session_package.id = lot.id
"""
_INSERT_LOT = """
    INSERT INTO session_package (id, parent_id, child_id, offer_id, total_sessions, used_sessions, expired_sessions,
        price_per_session_minor, discount_minor, currency, goodwill, purchased_at, purchased_on, expires_on, month)
    VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8, $9, $10, $11, $12, $13)
"""
_ADD_MOVEMENTS = """
    INSERT INTO movement (id, package_id, kind, sessions, session_id, moved_at, moved_by, reason)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::varchar[], $4::int[], $5::uuid[], $6::timestamptz[],
                         $7::varchar[], $8::varchar[])
"""


class Family(msgspec.Struct, frozen=True, gc=False):
    """A parent's lots, and the alert that is open for them."""

    parent_id: UUID
    parent_name: str
    lots: dict[UUID, Lot]
    open_alert_id: UUID | None


async def lock_families(transaction: Transaction, parent_ids: Collection[UUID]) -> dict[UUID, Family]:
    """Those that exist; nobody else changes them until the end of the transaction."""
    wanted = sorted(set(parent_ids))
    await transaction.rows(_LOCK_PARENTS, wanted)
    return await read_families(transaction, wanted)


async def read_families(transaction: Transaction, parent_ids: Collection[UUID]) -> dict[UUID, Family]:
    """Families that are locked. A statement of its own: one that waits for a lock sees the lots of before the wait."""
    return _families(await transaction.rows(_FAMILIES, list(parent_ids)))


async def read_families_and_hold_months(
    transaction: Transaction, parent_ids: Collection[UUID], months: Collection[Month]
) -> tuple[dict[UUID, Family], bool]:
    """The same, which in the same round trip joins these months; and whether it could: all of them had to be open."""
    rows = await transaction.rows(_FAMILIES_AND_MONTHS, list(parent_ids), [str(month) for month in months])
    return _families(rows), all(row["months_held"] == len(months) for row in rows)


def _families(rows: Iterable[Row]) -> dict[UUID, Family]:
    families: dict[UUID, Family] = {}
    for row in rows:
        id_ = row["parent_id"]
        if id_ not in families:
            families[id_] = Family(id_, row["parent_name"], {}, row["alert_id"])
        if row["id"] is not None:
            families[id_].lots[row["id"]] = lot_of(row)
    return families


async def lock_family(transaction: Transaction, parent_id: UUID) -> Family:
    """Raises NotFound when there is no such parent."""
    families = await lock_families(transaction, [parent_id])
    if parent_id not in families:
        raise NotFound(f"no parent {parent_id}")
    return families[parent_id]


async def owner_of(transaction: Transaction, package_id: UUID) -> UUID:
    """The parent who bought it. Raises NotFound."""
    row = await transaction.row(_OWNER, package_id)
    if row is None:
        raise NotFound(f"no package {package_id}")
    return UUID(str(row["parent_id"]))


async def families_with_expired_lots(statements: Statements, today: date) -> list[UUID]:
    """Those with something left in a lot whose last valid day has passed."""
    return [row["parent_id"] for row in await statements.rows(_WITH_EXPIRED_LOTS, today)]


async def insert_lot(transaction: Transaction, bought: PackagePurchased, offer_id: UUID | None) -> None:
    await transaction.execute(
        _INSERT_LOT,
        bought.package_id,
        bought.parent_id,
        bought.child_id,
        offer_id,
        bought.total_sessions,
        bought.price_per_session_minor,
        bought.discount_minor,
        bought.currency,
        bought.goodwill,
        bought.purchased_at,
        bought.purchased_on,
        bought.expires_on,
        bought.month,
    )


def saved_lots(lots: Iterable[Lot]) -> Writing:
    return Writing(
        _SAVE_LOTS,
        [(lot.id, lot.used_sessions, lot.expired_sessions, lot.expires_on, lot.last_used_at) for lot in lots],
    )


def new_movements(movements: Iterable[Movement], now: datetime, by: str) -> Writing:
    return Writing(
        _ADD_MOVEMENTS,
        [(new_id(), m.package_id, m.kind, m.sessions, m.session_id, now, by, m.reason) for m in movements],
    )


def lot_of(row: Row) -> Lot:
    return Lot(
        id=row["id"],
        child_id=row["child_id"],
        total_sessions=row["total_sessions"],
        used_sessions=row["used_sessions"],
        expired_sessions=row["expired_sessions"],
        price_per_session=Money(row["price_per_session_minor"], row["currency"]),
        goodwill=bool(row["goodwill"]),
        purchased_at=row["purchased_at"],
        expires_on=row["expires_on"],
        last_used_at=row["last_used_at"],
    )
