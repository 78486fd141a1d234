from datetime import timedelta
from typing import Any

from services.packages.domain.coverage import Coverage, CoverageKind, decide_coverage
from shared.money import Money
from tests.unit.packages.builders import DEV, TODAY, lot, rupees, session


def decided(*lots: Any, **changes: Any) -> Coverage:
    return decide_coverage(session(**changes), lots, rupees(600), TODAY)


def test_a_lot_with_sessions_left_pays() -> None:
    one = lot(used_sessions=9)
    assert decided(one) == Coverage(CoverageKind.PACKAGE, one, Money(0, "INR"))


def test_an_addon_touches_no_lot_and_costs_the_list_price_of_the_lot_bought_last() -> None:
    lots = [lot(2, price_per_session=rupees(450)), lot(1)]
    assert decided(*lots, billed_as_addon=True) == Coverage(CoverageKind.ADDON, None, rupees(450))


def test_its_own_price_comes_first() -> None:
    assert decided(lot(), billed_as_addon=True, addon_price=rupees(700)).price == rupees(700)
    assert decided(addon_price=Money(0, "INR")) == Coverage(CoverageKind.OVERAGE, None, Money(0, "INR"))


def test_overage_is_priced_by_the_lot_bought_last_even_when_another_child_owns_it() -> None:
    lots = [lot(1, used_sessions=10), lot(2, child_id=DEV, price_per_session=rupees(450))]
    assert decided(*lots) == Coverage(CoverageKind.OVERAGE, None, rupees(450))


def test_a_goodwill_lot_gives_no_price() -> None:
    gift = lot(5, goodwill=True, price_per_session=rupees(0), expires_on=TODAY - timedelta(days=1))
    assert decided(lot(1, used_sessions=10), gift).price == rupees(500)
    assert decided(gift).price == rupees(600)


def test_without_any_lot_the_organisation_has_a_price() -> None:
    assert decided() == Coverage(CoverageKind.OVERAGE, None, rupees(600))
