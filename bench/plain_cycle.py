"""A month closed in plain SQL, as one would write it for these tables: a few statements that each write all rows of a
kind. It writes the same rows as the product, but for the hash and what it must refuse.

It knows only what the benchmark's months have: no taxes, and no tutor without a rate.
"""

from dataclasses import asdict, dataclass

from services.billing.sql.cycles import cycle_of
from services.billing.work import BillingWork
from shared.contracts.billing import STATEMENTS_PER_PART, CycleClosed
from shared.database.database import Dialect
from shared.period import Month


@dataclass(frozen=True, slots=True)
class Words:
    """What the two databases call the same."""

    uuid: str
    least: str
    object: str
    array: str
    json: str
    concatenated: str


WORDS: dict[Dialect, Words] = {
    "postgres": Words("gen_random_uuid()", "least", "json_build_object", "json_agg", "to_json", "string_agg"),
    "sqlite": Words(
        "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(2)) || '-'"
        " || hex(randomblob(2)) || '-' || hex(randomblob(6)))",
        *("min", "json_object", "json_group_array", "json_quote", "group_concat"),
    ),
}

_CHARGES = """
CREATE TEMP TABLE charge AS
SELECT parent_id, kind, description, session_id, package_id, child_id, adjustment_id, day, quantity, unit_price_minor,
       reduction_minor, quantity * unit_price_minor - reduction_minor AS amount_minor,
       CASE WHEN kind = 'ADJUSTMENT' THEN 0 ELSE quantity * unit_price_minor - reduction_minor END AS base_minor,
       row_number() OVER (PARTITION BY parent_id
                          ORDER BY place, day, coalesce(session_id, package_id, adjustment_id)) AS position
  FROM (
    SELECT parent_id, 0 AS place, 'PACKAGE_PURCHASE' AS kind,
           'Package of ' || total_sessions || CASE WHEN total_sessions = 1 THEN ' session' ELSE ' sessions' END
               AS description,
           NULL::uuid AS session_id, package_id, child_id, NULL::uuid AS adjustment_id, purchased_on AS day,
           total_sessions AS quantity, price_per_session_minor AS unit_price_minor, discount_minor AS reduction_minor
      FROM purchase WHERE month = $1 AND NOT goodwill
    UNION ALL
    SELECT a.parent_id, CASE WHEN a.coverage = 'ADDON' THEN 1 ELSE 2 END, a.coverage || '_SESSION',
           CASE WHEN a.coverage = 'ADDON' THEN 'Add-on session' ELSE 'Session beyond the package' END
               || CASE WHEN substr(a.session_date::text, 1, 7) < $1
                       THEN ', late from ' || substr(a.session_date::text, 1, 7) ELSE '' END,
           a.session_id, NULL, a.child_id, NULL, a.session_date, 1, a.price_minor, 0
      FROM approval a LEFT JOIN reversal v ON v.session_id = a.session_id AND v.month <= $1
     WHERE a.month = $1 AND a.coverage <> 'PACKAGE' AND v.session_id IS NULL
    UNION ALL
    SELECT v.parent_id, 3, 'ADJUSTMENT', 'Reversed session of ' || a.session_date, v.session_id, NULL, v.child_id, NULL,
           a.session_date, 1, -(l.amount_minor - l.discount_minor + l.tax_minor), 0
      FROM reversal v JOIN approval a ON a.session_id = v.session_id AND a.month < $1
      JOIN statement_line l ON l.session_id = v.session_id AND l.kind <> 'ADJUSTMENT'
     WHERE v.month = $1 AND l.amount_minor - l.discount_minor + l.tax_minor <> 0
    UNION ALL
    SELECT d.parent_id, 3, 'ADJUSTMENT', d.description, NULL, NULL, NULL, d.id, d.day, 1, d.amount_minor, 0
      FROM adjustment d LEFT JOIN statement_line l ON l.adjustment_id = d.id WHERE l.id IS NULL
  ) AS charge
"""

_DISCOUNTS = """
CREATE TEMP TABLE discount AS
WITH base AS (SELECT parent_id, sum(base_minor)::bigint AS base_minor FROM charge GROUP BY parent_id),
rule AS (
    SELECT r.parent_id, r.label, b.base_minor,
           row_number() OVER (PARTITION BY r.parent_id ORDER BY r.kind DESC, r.valid_from, r.id) AS place,
           CASE WHEN r.kind = 'PERCENT' THEN (2 * b.base_minor * r.size + 10000) / 20000 ELSE r.size END AS off_minor
      FROM discount_rule r JOIN base b ON b.parent_id = r.parent_id
     WHERE r.valid_from <= $1 AND (r.valid_until IS NULL OR r.valid_until >= $1)),
upto AS (
    SELECT rule.*, (sum(off_minor) OVER (PARTITION BY parent_id ORDER BY place))::bigint AS upto_minor FROM rule)
SELECT parent_id, label, place, amount_minor FROM (
    SELECT parent_id, label, place, {least}(upto_minor, base_minor) - {least}(upto_minor - off_minor, base_minor)
               AS amount_minor FROM upto) AS taken
 WHERE amount_minor > 0
"""

_SHARES = """
CREATE TEMP TABLE share AS
WITH due AS (SELECT parent_id, sum(amount_minor)::bigint AS discount_minor FROM discount GROUP BY parent_id),
base AS (SELECT parent_id, sum(base_minor)::bigint AS base_minor FROM charge GROUP BY parent_id),
part AS (
    SELECT c.parent_id, c.position, d.discount_minor,
           d.discount_minor * c.base_minor / b.base_minor AS floor_minor,
           d.discount_minor * c.base_minor % b.base_minor AS remainder
      FROM charge c JOIN due d ON d.parent_id = c.parent_id JOIN base b ON b.parent_id = c.parent_id)
SELECT parent_id, position,
       floor_minor + CASE WHEN row_number() OVER (PARTITION BY parent_id ORDER BY remainder DESC, position)
                               <= discount_minor - (sum(floor_minor) OVER (PARTITION BY parent_id))
                          THEN 1 ELSE 0 END AS discount_minor
  FROM part
"""

_STATEMENTS = """
INSERT INTO statement (id, cycle_id, ordinal, parent_id, currency, discounts, taxes, subtotal_minor, discount_minor,
                       tax_minor, total_minor)
SELECT {uuid}, $1, row_number() OVER (ORDER BY c.parent_id), c.parent_id, 'INR', coalesce(d.discounts, '[]'), '[]',
       c.subtotal_minor, coalesce(d.discount_minor, 0), 0, c.subtotal_minor - coalesce(d.discount_minor, 0)
  FROM (SELECT parent_id, sum(amount_minor)::bigint AS subtotal_minor FROM charge GROUP BY parent_id) AS c
  LEFT JOIN (SELECT parent_id, sum(amount_minor)::bigint AS discount_minor,
                    '[' || {concatenated}(
                        '{{"label":' || {json}(label) || ',"amount_minor":' || amount_minor || '}}', ',') || ']'
                        AS discounts
               FROM (SELECT * FROM discount ORDER BY parent_id, place) AS ordered GROUP BY parent_id) AS d
    ON d.parent_id = c.parent_id
"""

_LINES = """
INSERT INTO statement_line (statement_id, position, kind, description, session_id, package_id, child_id, adjustment_id,
                            day, quantity, unit_price_minor, reduction_minor, amount_minor, discount_minor, tax_minor)
SELECT s.id, c.position, c.kind, c.description, c.session_id, c.package_id, c.child_id, c.adjustment_id, c.day,
       c.quantity, c.unit_price_minor, c.reduction_minor, c.amount_minor, coalesce(h.discount_minor, 0), 0
  FROM charge c JOIN statement s ON s.cycle_id = $1 AND s.parent_id = c.parent_id
  LEFT JOIN share h ON h.parent_id = c.parent_id AND h.position = c.position
"""

_CARRY = """
INSERT INTO adjustment (id, parent_id, source_statement_id, description, day, amount_minor, currency, created_at)
SELECT {uuid}, parent_id, id, 'Credit carried forward from ' || $2::text, $3, total_minor, currency, $4
  FROM statement WHERE cycle_id = $1 AND total_minor < 0
"""

_EARNED = """
WITH rate AS (
    SELECT tutor_id, valid_from, rate_minor, addon_rate_minor,
           lead(valid_from) OVER (PARTITION BY tutor_id ORDER BY valid_from) AS until
      FROM tutor_rate)
SELECT a.tutor_id, CASE WHEN a.coverage = 'ADDON' THEN 'ADDON_SESSION' ELSE 'SESSION' END AS kind, a.session_id,
       NULL::uuid AS deduction_id, a.session_date AS day,
       CASE WHEN a.coverage = 'ADDON' THEN coalesce(r.addon_rate_minor, r.rate_minor) ELSE r.rate_minor END
           AS amount_minor
  FROM approval a LEFT JOIN reversal v ON v.session_id = a.session_id AND v.month <= $1
  JOIN rate r ON r.tutor_id = a.tutor_id AND r.valid_from <= a.session_date
             AND (r.until IS NULL OR r.until > a.session_date)
 WHERE a.month = $1 AND v.session_id IS NULL
UNION ALL
SELECT a.tutor_id, 'ADJUSTMENT', a.session_id, NULL, a.session_date, -l.amount_minor
  FROM reversal v JOIN approval a ON a.session_id = v.session_id AND a.month < $1
  JOIN payout_line l ON l.session_id = v.session_id AND l.kind <> 'ADJUSTMENT'
 WHERE v.month = $1
"""

_EARNINGS = f"CREATE TEMP TABLE earning AS {_EARNED}"

_DEDUCTIONS = """
INSERT INTO earning (tutor_id, kind, session_id, deduction_id, day, amount_minor)
SELECT d.tutor_id, 'DEDUCTION', NULL, d.id, $2::date, d.amount_minor
  FROM payout_deduction d LEFT JOIN payout_line l ON l.deduction_id = d.id
 WHERE d.month <= $1 AND l.id IS NULL AND d.tutor_id IN (SELECT tutor_id FROM earning)
"""

_PAYOUTS = """
INSERT INTO payout (id, cycle_id, tutor_id, currency, rate_minor, sessions_completed, addon_sessions, gross_minor,
                    deductions_minor, net_minor, status)
SELECT {uuid}, $1, e.tutor_id, 'INR',
       (SELECT r.rate_minor FROM tutor_rate r WHERE r.tutor_id = e.tutor_id AND r.valid_from <= $2
         ORDER BY r.valid_from DESC LIMIT 1),
       sessions, addons, gross_minor, deductions_minor, gross_minor - deductions_minor, 'PENDING'
  FROM (SELECT tutor_id, count(CASE WHEN kind IN ('SESSION', 'ADDON_SESSION') THEN 1 END) AS sessions,
               count(CASE WHEN kind = 'ADDON_SESSION' THEN 1 END) AS addons,
               sum(CASE WHEN kind = 'DEDUCTION' THEN 0 ELSE amount_minor END)::bigint AS gross_minor,
               sum(CASE WHEN kind = 'DEDUCTION' THEN amount_minor ELSE 0 END)::bigint AS deductions_minor
          FROM earning GROUP BY tutor_id) AS e
"""

_PAYOUT_LINES = """
INSERT INTO payout_line (payout_id, kind, session_id, deduction_id, day, amount_minor)
SELECT p.id, e.kind, e.session_id, e.deduction_id, e.day, e.amount_minor
  FROM earning e JOIN payout p ON p.cycle_id = $1 AND p.tutor_id = e.tutor_id
"""

_USAGE = """
CREATE TEMP TABLE usage AS
SELECT parent_id, {array}({object}(
           'session_id', session_id, 'starts_at', starts_at, 'duration_minutes', duration_minutes,
           'child_id', child_id, 'child_name', child_name, 'tutor_name', tutor_name, 'coverage', coverage,
           'amount_minor', price_minor,
           'late_from', CASE WHEN substr(session_date::text, 1, 7) < $1 THEN substr(session_date::text, 1, 7) END
       ))::text AS sessions
  FROM (SELECT a.*, c.name AS child_name, t.name AS tutor_name
          FROM approval a LEFT JOIN reversal v ON v.session_id = a.session_id AND v.month <= $1
          JOIN statement s ON s.cycle_id = $2 AND s.parent_id = a.parent_id
          JOIN person c ON c.person_id = a.child_id JOIN person t ON t.person_id = a.tutor_id
         WHERE a.month = $1 AND v.session_id IS NULL
         ORDER BY a.parent_id, a.starts_at, a.session_id) AS session
 GROUP BY parent_id
"""

_LOTS = """
CREATE TEMP TABLE lots AS
SELECT parent_id, {array}({object}(
           'package_id', package_id, 'child_name', child_name, 'purchased_on', purchased_on, 'expires_on', expires_on,
           'total_sessions', total_sessions, 'used_sessions', used_sessions))::text AS packages
  FROM (
    SELECT p.package_id, p.parent_id, c.name AS child_name, p.purchased_on, p.expires_on, p.total_sessions, p.month,
           coalesce(u.used_sessions, 0) AS used_sessions, coalesce(u.used_before, 0) AS used_before,
           coalesce(u.used_within, 0) AS used_within
      FROM purchase p JOIN statement s ON s.cycle_id = $2 AND s.parent_id = p.parent_id
      LEFT JOIN person c ON c.person_id = p.child_id
      LEFT JOIN (
          SELECT a.package_id,
                 count(CASE WHEN v.month IS NULL OR v.month > $1 THEN 1 END) AS used_sessions,
                 count(CASE WHEN a.month < $1 AND (v.month IS NULL OR v.month >= $1) THEN 1 END) AS used_before,
                 count(CASE WHEN a.month = $1 AND (v.month IS NULL OR v.month > $1) THEN 1 END) AS used_within
            FROM approval a LEFT JOIN reversal v ON v.session_id = a.session_id
           WHERE a.month <= $1 AND a.package_id IS NOT NULL GROUP BY a.package_id) AS u ON u.package_id = p.package_id
     ORDER BY p.parent_id, p.purchased_at, p.package_id) AS lot
 WHERE month = $1 OR used_within > 0
    OR month <= $1 AND used_before < total_sessions AND (expires_on IS NULL OR expires_on >= $3)
 GROUP BY parent_id
"""

_CHARGE_LISTS = """
CREATE TEMP TABLE charges AS
SELECT statement_id, {array}({object}(
           'kind', kind, 'description', description, 'session_id', session_id, 'package_id', package_id,
           'child_name', child_name, 'date', day, 'quantity', quantity, 'unit_price_minor', unit_price_minor,
           'reduction_minor', reduction_minor, 'amount_minor', amount_minor, 'discount_minor', discount_minor,
           'tax_minor', tax_minor))::text AS charges
  FROM (SELECT l.*, c.name AS child_name FROM statement_line l JOIN statement s ON s.id = l.statement_id
          LEFT JOIN person c ON c.person_id = l.child_id
         WHERE s.cycle_id = $1 ORDER BY l.statement_id, l.position) AS line
 GROUP BY statement_id
"""

_FAMILIES = """
CREATE TEMP TABLE families AS
SELECT parent_id, {array}(name)::text AS children
  FROM (SELECT parent_id, name FROM person WHERE kind = 'CHILD' ORDER BY parent_id, person_id) AS child
 GROUP BY parent_id
"""

_PARTS = """
INSERT INTO outbox (id, topic, at, body)
SELECT {uuid}, $2, $3::timestamptz,
       '{{"cycle_id":"' || cycle_id || '","month":"' || month || '","closed_at":"' || $4::text || '","part":' || part
           || ',"parts":' || ((total + {size} - 1) / {size}) || ',"statement_count":' || total || ',"statements":['
           || {concatenated}(statement, ',') || ']}}'
  FROM (
    SELECT s.cycle_id, y.month, (s.ordinal - 1) / {size} + 1 AS part,
           (SELECT count(*) FROM statement WHERE cycle_id = $1) AS total,
           '{{"statement_id":"' || s.id || '","ordinal":' || s.ordinal || ',"parent_id":"' || s.parent_id
               || '","parent_name":' || {json}(p.name) || ',"parent_email":' || coalesce({json}(p.email), 'null')
               || ',"parent_phone":null,"children":' || coalesce(f.children, '[]') || ',"currency":"INR","charges":'
               || c.charges || ',"sessions":' || coalesce(u.sessions, '[]') || ',"packages":'
               || coalesce(k.packages, '[]') || ',"discounts":' || s.discounts || ',"taxes":[],"subtotal_minor":'
               || s.subtotal_minor || ',"discount_minor":' || s.discount_minor || ',"tax_minor":0,"total_minor":'
               || s.total_minor || '}}' AS statement
      FROM statement s JOIN billing_cycle y ON y.id = s.cycle_id JOIN person p ON p.person_id = s.parent_id
      JOIN charges c ON c.statement_id = s.id LEFT JOIN families f ON f.parent_id = s.parent_id
      LEFT JOIN usage u ON u.parent_id = s.parent_id LEFT JOIN lots k ON k.parent_id = s.parent_id
     WHERE s.cycle_id = $1 ORDER BY s.ordinal) AS statement
 GROUP BY cycle_id, month, part, total
"""

_CLOSE = """
UPDATE billing_cycle SET status = 'CLOSED', closed_at = $2, closed_by = 'plain', closing_by = 'plain',
       sessions_counted = (SELECT sum(sessions_completed) FROM payout WHERE cycle_id = $1),
       statements_count = (SELECT count(*) FROM statement WHERE cycle_id = $1),
       payouts_count = (SELECT count(*) FROM payout WHERE cycle_id = $1),
       invoiced_minor = (SELECT sum(total_minor) FROM statement WHERE cycle_id = $1),
       payout_minor = (SELECT sum(net_minor) FROM payout WHERE cycle_id = $1), sha256 = $3
 WHERE id = $1
"""

_SCRATCH = ("charge", "discount", "share", "earning", "usage", "lots", "charges", "families")


async def close_plainly(work: BillingWork, month: Month) -> None:
    """In one transaction, as the product does it."""
    now = work.clock.now()
    async with work.database.transaction() as transaction:
        cycle = await cycle_of(transaction, month)
        assert cycle is not None
        cycle_id, words = cycle.cycle_id, asdict(WORDS[transaction.dialect]) | {"size": STATEMENTS_PER_PART}

        async def execute(statement: str, *parameters: object) -> None:
            await transaction.execute(statement.format(**words), *parameters)

        async def analyze(*tables: str) -> None:
            for table in tables:
                await transaction.execute(f"ANALYZE {table}")

        await execute(_CHARGES, str(month))
        await execute(_DISCOUNTS, month.last_day)
        await execute(_SHARES)
        await analyze("charge", "discount", "share")
        await execute(_STATEMENTS, cycle_id)
        await analyze("statement")
        await execute(_LINES, cycle_id)
        await analyze("statement_line")
        await execute(_CARRY, cycle_id, str(month), month.last_day, now)
        await execute(_EARNINGS, str(month))
        await execute(_DEDUCTIONS, str(month), month.last_day)
        await analyze("earning")
        await execute(_PAYOUTS, cycle_id, month.last_day)
        await analyze("payout")
        await execute(_PAYOUT_LINES, cycle_id)
        await execute(_USAGE, str(month), cycle_id)
        await execute(_LOTS, str(month), cycle_id, month.first_day)
        await execute(_CHARGE_LISTS, cycle_id)
        await execute(_FAMILIES)
        await analyze("usage", "lots", "charges", "families")
        await execute(_PARTS, cycle_id, CycleClosed.TOPIC, now, now.isoformat())
        await execute(_CLOSE, cycle_id, now, "0" * 64)
        for table in _SCRATCH:
            await execute(f"DROP TABLE {table}")
