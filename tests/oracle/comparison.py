"""The product's words beside those of the rules, and where they differ."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.contracts.billing import Statement as ToldStatement
from tests.oracle.office import Node, minor
from tests.oracle.rules.arithmetic import month_of
from tests.oracle.rules.billing import Cycle, Payout, Statement
from tests.oracle.rules.packages import Packages, Session

Facts = dict[str, Any]
Name = Callable[[str | None], str | None]
"""What a story calls whom or what has that id."""


def differences(product: Any, rules: Any, where: str = "") -> list[str]:
    """One line for each place where the product says something else than the rules."""
    if isinstance(product, Mapping) and isinstance(rules, Mapping):
        keys = sorted({*product, *rules}, key=str)
        return [
            line
            for key in keys
            for line in differences(product.get(key, "nothing"), rules.get(key, "nothing"), f"{where} / {key}")
        ]
    if product == rules:
        return []
    return [f"{where.removeprefix(' / ')}: the product says {product!r}, the rules {rules!r}"]


def packages_told(state: Node, name: Name) -> Facts:
    """What the product says of lots, sessions, alerts and parents."""
    parents = {name(each["id"]): each for each in state["parents"]["nodes"]}
    lots = [lot for each in parents.values() for lot in each["sessionPackages"]["nodes"]]
    return {
        "lots": {name(lot["id"]): _lot_told(lot) for lot in lots},
        "sessions": {name(each["id"]): _session_told(each, name) for each in state["sessions"]["nodes"]},
        "alerts": sorted(
            (name(each["parent"]["id"]), each["remaining"], each["totalSessions"], each["status"])
            for each in state["lowPackageAlerts"]["nodes"]
        ),
        "parents": {
            parent: (each["remaining"], each["totalSessions"], each["lowPackageAlert"] is not None)
            for parent, each in parents.items()
        },
        "together": state["packagesReconciliation"],
    }


def _lot_told(lot: Node) -> Facts:
    told = {key: lot[key] for key in ("totalSessions", "usedSessions", "expiredSessions", "remaining", "status")}
    ledger = [(movement["kind"], movement["sessions"]) for movement in lot["movements"]["nodes"]]
    return told | {"last day": lot["expiresOn"], "ledger": ledger}


def _session_told(session: Node, name: Name) -> Facts:
    return {
        "status": session["status"],
        "coverage": session["coverage"],
        "lot": name(session["sessionPackage"] and session["sessionPackage"]["id"]),
        "price": session["price"] and minor(session["price"]),
    }


def packages_due(packages: Packages, parents: Iterable[str], now: datetime, name: Name) -> Facts:
    """The same by the rules."""
    today = now.astimezone(packages.zone).date()
    return {
        "lots": {
            name(lot.id): {
                "totalSessions": lot.total,
                "usedSessions": lot.used,
                "expiredSessions": lot.expired,
                "remaining": lot.remaining,
                "status": lot.status(today),
                "last day": lot.last_day and lot.last_day.isoformat(),
                "ledger": lot.ledger,
            }
            for lot in packages.lots.values()
        },
        "sessions": {
            name(one.id): {
                "status": one.status,
                "coverage": one.coverage,
                "lot": name(one.lot),
                "price": one.price,
            }
            for one in packages.sessions.values()
        },
        "alerts": sorted(
            (name(each.parent), each.remaining, each.total, "OPEN" if each.is_open else "RESOLVED")
            for each in packages.alerts
        ),
        "parents": {
            name(parent): (*packages.standing(parent, now), packages.alert_of(parent) is not None) for parent in parents
        },
        "together": {
            "agrees": True,
            "packages": len(packages.lots),
            "sold": sum(lot.total for lot in packages.lots.values()),
            "used": sum(lot.used for lot in packages.lots.values()),
            "remaining": sum(lot.remaining for lot in packages.lots.values()),
            "expired": sum(lot.expired for lot in packages.lots.values()),
            "sessionsCovered": sum(
                one.status == "APPROVED" and one.lot is not None for one in packages.sessions.values()
            ),
        },
    }


def cycle_told(cycle: Node) -> Facts:
    return {
        "sessions": cycle["sessionsCounted"],
        "statements": cycle["statementsCount"],
        "payouts": cycle["payoutsCount"],
        "invoiced": minor(cycle["invoicedTotal"]),
        "paid out": minor(cycle["payoutTotal"]),
    }


def cycle_due(cycle: Cycle) -> Facts:
    return {
        "sessions": cycle.sessions,
        "statements": len(cycle.statements),
        "payouts": len(cycle.payouts),
        "invoiced": cycle.invoiced,
        "paid out": cycle.paid_out,
    }


def reconciliation_told(found: Node) -> Facts:
    counts = {key: found[key] for key in ("agrees", "charges", "invoicedCharges", "openCharges")}
    return counts | {key: minor(found[key]) for key in ("charged", "invoiced", "open", "total")}


def reconciliation_due(cycle: Cycle, *, is_closed: bool) -> Facts:
    """Of a month with this much to charge: until it is closed all of it is open."""
    lines = [line for statement in cycle.statements for line in statement.lines]
    counted, sums, nothing = len(lines), sum(line.amount for line in lines), 0
    return {
        "agrees": True,
        "charges": counted,
        "invoicedCharges": counted if is_closed else nothing,
        "openCharges": nothing if is_closed else counted,
        "charged": sums,
        "invoiced": sums if is_closed else nothing,
        "open": nothing if is_closed else sums,
        "total": cycle.invoiced if is_closed else nothing,
    }


def statement_told(told: ToldStatement, due: Statement, name: Name) -> Facts:
    """Lots that the month neither sold nor used may be shown or not; all that are shown say how much was used."""
    lines = [
        (
            *(line.kind, line.date.isoformat(), name(_id(line.session_id or line.package_id))),
            *(line.quantity, line.unit_price_minor, line.reduction_minor),
            *(line.amount_minor, line.discount_minor, line.tax_minor),
        )
        for line in told.charges
    ]
    lots = {lot: used for lot, used in due.lots.items() if lot not in _lots_of(due)}
    lots |= {str(lot.package_id): lot.used_sessions for lot in told.packages}
    return {
        "lines": _lines(lines),
        "discounts": [(each.label, each.amount_minor) for each in told.discounts],
        "taxes": [(each.label, each.amount_minor) for each in told.taxes],
        "usage": [
            (name(str(one.session_id)), one.starts_at, name(str(one.child_id)), one.coverage, one.amount_minor)
            + ((one.late_from,) if one.late_from else ())
            for one in told.sessions
        ],
        "lots": {name(lot): used for lot, used in lots.items()},
        "totals": (told.subtotal_minor, told.discount_minor, told.tax_minor, told.total_minor),
    }


def statement_due(due: Statement, month: str, name: Name) -> Facts:
    lines = [
        (
            *(line.kind, line.day.isoformat(), name(line.about)),
            *(line.quantity, line.unit_price, line.reduction),
            *(line.amount, line.discount, line.tax),
        )
        for line in due.lines
    ]
    return {
        "lines": _lines(lines),
        "discounts": due.discounts,
        "taxes": due.taxes,
        "usage": [_usage(one, month, name) for one in due.usage],
        "lots": {name(lot): used for lot, used in due.lots.items()},
        "totals": (due.subtotal, due.discount, due.tax, due.total),
    }


def _lines(lines: Sequence[tuple[Any, ...]]) -> Facts:
    """By their places; the adjustments, which come last and share nothing, in any order."""
    charges = [line for line in lines if line[0] != "ADJUSTMENT"]
    assert lines[: len(charges)] == charges
    adjustments = sorted(lines[len(charges) :], key=str)
    return {str(place): line for place, line in enumerate((*charges, *adjustments), 1)}


def _lots_of(due: Statement) -> set[str | None]:
    """Those that the month sold or used."""
    return {one.lot for one in due.usage} | {line.about for line in due.lines if line.kind == "PACKAGE_PURCHASE"}


def _usage(one: Session, month: str, name: Name) -> tuple[Any, ...]:
    late = month_of(one.day)
    return (name(one.id), one.starts_at, name(one.child), one.coverage, one.price) + ((late,) if late < month else ())


def payout_told(payout: Node, name: Name) -> Facts:
    lines = [
        (line["kind"], name(line["session"]["id"]), line["date"], minor(line["amount"])) for line in payout["lines"]
    ]
    lines += [("DEDUCTION", None, line["date"], minor(line["amount"])) for line in payout["deductions"]]
    return {
        "sessions": payout["sessionsCompleted"],
        "add-ons": payout["addonSessions"],
        "rate": minor(payout["ratePerSession"]),
        "gross": minor(payout["grossAmount"]),
        "net": minor(payout["netAmount"]),
        "lines": sorted(lines, key=str),
    }


def payout_due(payout: Payout, name: Name) -> Facts:
    lines = [
        (kind, None if kind == "DEDUCTION" else name(about), day.isoformat(), amount)
        for kind, about, day, amount in payout.lines
    ]
    return {
        "sessions": payout.sessions,
        "add-ons": payout.addons,
        "rate": payout.rate,
        "gross": payout.gross,
        "net": payout.net,
        "lines": sorted(lines, key=str),
    }


def _id(id_: object) -> str | None:
    return None if id_ is None else str(id_)
