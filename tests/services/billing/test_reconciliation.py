"""Charged = invoiced + open, month by month; what does not agree is named."""

from typing import Any

import pytest

from services.billing.component import COMPONENT
from shared.auth.viewer import Role, Viewer
from shared.clock import TravellingClock
from shared.ids import new_id
from tests.asking import Refused
from tests.services.billing.conftest import Hosting
from tests.services.billing.desk import Desk
from tests.services.billing.packages_side import WorkedMonth, at

RECONCILE = """
query ($month: Month!) { billingReconciliation(month: $month) {
  status agrees charges invoicedCharges openCharges complaints differencesCount
  charged { amount } invoiced { amount } open { amount } discount { amount } tax { amount } total { amount }
  differences { item id parent { id } words charged { amount } invoiced { amount } }
} }"""
AMOUNTS = ("charged", "invoiced", "open", "discount", "tax", "total")


async def reconciled(desk: Desk, month: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.ask(RECONCILE, month=month))["billingReconciliation"]
    return found


async def amounts(desk: Desk, month: str) -> list[str]:
    """Of a month that agrees."""
    found = await reconciled(desk, month)
    assert (found["agrees"], found["differences"], found["complaints"]) == (True, [], [])
    return [found[name]["amount"] for name in AMOUNTS]


async def change(desk: Desk, statement: str, lock: str, *parameters: object) -> None:
    """Around the lock."""
    table = lock.rsplit("_", 2)[0]
    of_table = f"ON {table}" if desk.database.dialect == "postgres" else ""
    await desk.database.execute(f"DROP TRIGGER {lock} {of_table}")
    await desk.database.execute(statement, *parameters)


async def test_what_is_charged_is_open_until_its_month_closes(
    desk: Desk, month: WorkedMonth, clock: TravellingClock
) -> None:
    assert await amounts(desk, "2026-09") == ["5000.00", "0.00", "5000.00", "0.00", "0.00", "0.00"]
    await desk.run("2026-09")
    assert await amounts(desk, "2026-10") == ["9500.00", "0.00", "9500.00", "0.00", "0.00", "0.00"]
    await desk.run("2026-10")
    assert await amounts(desk, "2026-10") == ["9500.00", "9500.00", "0.00", "475.00", "0.00", "9025.00"]
    packages = month.packages
    packages.approve((month.asha, month.dev), month.omar, at("2026-10-28 17:00"), "OVERAGE", 40_000, month="2026-11")
    packages.reverse(month.october_10, "2026-11")
    await desk.hear(packages.facts())
    # 400 late from October, and 475 that the reversed session had cost
    assert (await amounts(desk, "2026-11"))[:3] == ["-75.00", "0.00", "-75.00"]
    clock.travel_to(at("2027-01-01 10:00"))
    await desk.run("2026-11")
    assert await amounts(desk, "2026-11") == ["-75.00", "-75.00", "0.00", "20.00", "0.00", "-95.00"]
    assert (await amounts(desk, "2026-12"))[:3] == ["-95.00", "0.00", "-95.00"]
    assert (await amounts(desk, "2027-01"))[:3] == ["-95.00", "0.00", "-95.00"]
    await desk.run("2026-12")
    assert await amounts(desk, "2026-12") == ["-95.00", "-95.00", "0.00", "0.00", "0.00", "-95.00"]
    assert (await reconciled(desk, "2027-01"))["status"] is None


async def test_what_does_not_agree_is_named(desk: Desk, month: WorkedMonth) -> None:
    for name in ("2026-09", "2026-10"):
        await desk.run(name)
    session = str(month.october_10)
    other = "UPDATE statement_line SET amount_minor = 1, unit_price_minor = 1 WHERE session_id = $1"
    await change(desk, other, "statement_line_update_locked", session)
    found = await reconciled(desk, "2026-10")
    assert (found["agrees"], found["differencesCount"], len(found["complaints"])) == (False, 1, 1)
    assert found["differences"] == [
        {
            "item": "SESSION",
            "id": session,
            "parent": {"id": str(month.asha)},
            "words": f"session {session} is invoiced at another amount than it is charged at",
            "charged": {"amount": "500.00"},
            "invoiced": {"amount": "0.01"},
        }
    ]
    gone = "DELETE FROM statement_line WHERE session_id = $1"
    await change(desk, gone, "statement_line_delete_locked", session)
    found = await reconciled(desk, "2026-10")
    assert [each["words"] for each in found["differences"]] == [f"session {session} is charged and on no invoice"]
    more = """INSERT INTO statement_line (statement_id, position, kind, description, session_id, day, quantity,
                  unit_price_minor, reduction_minor, amount_minor, discount_minor, tax_minor)
              SELECT id, 99, 'ADDON_SESSION', 'x', $1, '2026-10-01', 1, 100, 0, 100, 0, 0 FROM statement
               WHERE cycle_id = (SELECT id FROM billing_cycle WHERE month = '2026-10')"""
    await change(desk, more, "statement_line_insert_locked", unknown := new_id())
    words = {each["words"] for each in (await reconciled(desk, "2026-10"))["differences"]}
    assert f"session {unknown} is on an invoice and was never charged" in words


async def test_it_is_for_coordinators_and_frozen_like_all_money(
    hosting: Hosting, desk: Desk, month: WorkedMonth
) -> None:
    for viewer in (Viewer(str(month.asha), Role.PARENT), Viewer(str(month.omar), Role.TUTOR)):
        with pytest.raises(Refused, match="FORBIDDEN"):
            await desk.ask(RECONCILE, viewer, month="2026-10")
    async with hosting([COMPONENT]) as asker:
        frozen = (await asker.ask("billing", RECONCILE, month="2026-10"))["billingReconciliation"]
    assert (frozen["agrees"], frozen["charges"]) == (True, 4)
    assert [frozen[name] for name in AMOUNTS] == [{"amount": None}] * len(AMOUNTS)
