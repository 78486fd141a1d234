"""A statement's arithmetic: the worked month to the paisa, and what holds for every bill."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.charges import Charge
from services.billing.domain.statements import Bill, DiscountKind, DiscountRule, NamedAmount, TaxRate, make_bill

DAY = date(2026, 10, 31)


def session(kind: str, day: date, price_minor: int, number: int = 1) -> Charge:
    assert kind in ("ADDON_SESSION", "OVERAGE_SESSION")
    return Charge(
        kind="ADDON_SESSION" if kind == "ADDON_SESSION" else "OVERAGE_SESSION",
        description=kind,
        day=day,
        unit_price_minor=price_minor,
        session_id=UUID(int=number),
    )


def purchase(total_sessions: int, price_minor: int, reduction_minor: int = 0) -> Charge:
    return Charge(
        kind="PACKAGE_PURCHASE",
        description=f"Package of {total_sessions} sessions",
        day=date(2026, 10, 12),
        quantity=total_sessions,
        unit_price_minor=price_minor,
        reduction_minor=reduction_minor,
        package_id=UUID(int=99),
    )


def adjustment(amount_minor: int, number: int = 50) -> Charge:
    return Charge(
        kind="ADJUSTMENT", description="-", day=DAY, unit_price_minor=amount_minor, session_id=UUID(int=number)
    )


def percent(basis_points: int, number: int = 1) -> DiscountRule:
    return DiscountRule(UUID(int=number), DiscountKind.PERCENT, basis_points, f"{basis_points} bp", DAY, None)


def fixed(amount_minor: int, number: int = 2) -> DiscountRule:
    return DiscountRule(UUID(int=number), DiscountKind.FIXED, amount_minor, "fixed", DAY, None)


def octobers_charges() -> list[Charge]:
    return [
        session("ADDON_SESSION", date(2026, 10, 31), 45_000, 3),
        session("OVERAGE_SESSION", date(2026, 10, 20), 45_000, 2),
        purchase(20, 45_000, 90_000),
        session("OVERAGE_SESSION", date(2026, 10, 10), 50_000, 1),
    ]


def test_the_worked_month_comes_to_9025_rupees() -> None:
    bill = make_bill(octobers_charges(), [percent(500)], [])
    totals = bill.subtotal_minor, bill.discount_minor, bill.tax_minor, bill.total_minor
    assert totals == (950_000, 47_500, 0, 902_500)
    assert [line.charge.amount_minor for line in bill.lines] == [810_000, 45_000, 50_000, 45_000]
    assert [line.cost_minor for line in bill.lines] == [769_500, 42_750, 47_500, 42_750]


def test_november_takes_back_what_the_reversed_session_really_cost() -> None:
    reversed_line = make_bill(octobers_charges(), [percent(500)], []).lines[2]
    november = [session("OVERAGE_SESSION", date(2026, 10, 28), 45_000), adjustment(-reversed_line.cost_minor)]
    bill = make_bill(november, [percent(500)], [])
    assert (bill.subtotal_minor, bill.discount_minor, bill.total_minor) == (-2_500, 2_250, -4_750)


def test_percent_rules_come_before_fixed_ones_and_each_takes_its_part_of_the_whole() -> None:
    bill = make_bill([purchase(1, 100_000)], [fixed(1_000), percent(500, 3), percent(1_000, 4)], [])
    assert bill.discounts == (NamedAmount("500 bp", 5_000), NamedAmount("1000 bp", 10_000), NamedAmount("fixed", 1_000))


def test_a_discount_stops_at_zero() -> None:
    bill = make_bill([purchase(1, 30_000)], [percent(6_000), fixed(50_000)], [])
    assert bill.discounts == (NamedAmount("6000 bp", 18_000), NamedAmount("fixed", 12_000))
    assert bill.total_minor == 0


def test_a_statement_of_adjustments_alone_has_neither_discount_nor_tax() -> None:
    bill = make_bill([adjustment(-47_500)], [percent(500), fixed(100)], [TaxRate("GST", 1_800)])
    assert (bill.discount_minor, bill.tax_minor, bill.total_minor) == (0, 0, -47_500)


def test_each_tax_is_computed_once_on_what_the_discount_leaves() -> None:
    charges = [session("ADDON_SESSION", DAY, 3_335, number) for number in range(1, 4)]
    bill = make_bill(charges, [fixed(1)], [TaxRate("CGST", 900), TaxRate("SGST", 900)])
    assert bill.taxes == (NamedAmount("CGST 9 %", 900), NamedAmount("SGST 9 %", 900))
    assert [line.tax_minor for line in bill.lines] == [600, 600, 600]


@pytest.mark.parametrize(("basis_points", "shown"), [(250, "2.5"), (925, "9.25"), (1_800, "18"), (10_000, "100")])
def test_a_tax_names_its_rate(basis_points: int, shown: str) -> None:
    bill = make_bill([purchase(1, 30_000)], [], [TaxRate("GST", basis_points)])
    assert [tax.label for tax in bill.taxes] == [f"GST {shown} %"]


def test_a_reversal_gives_back_its_tax_and_no_more() -> None:
    tax = [TaxRate("GST", 1_800)]
    (charged,) = make_bill([session("ADDON_SESSION", DAY, 45_000)], [percent(500)], tax).lines
    back = make_bill([adjustment(-charged.cost_minor)], [percent(500)], tax)
    assert back.total_minor == -charged.cost_minor == -50_445


def test_a_rule_holds_from_its_first_to_its_last_day() -> None:
    rule = DiscountRule(UUID(int=1), DiscountKind.PERCENT, 500, "", date(2026, 10, 1), date(2026, 12, 31))
    held = [rule.holds_on(day) for day in (date(2026, 9, 30), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1))]
    assert held == [False, True, True, False]


prices = st.integers(0, 10**9)
charge_lists = st.lists(
    st.one_of(
        st.builds(session, st.sampled_from(["ADDON_SESSION", "OVERAGE_SESSION"]), st.dates(), prices, st.integers(1)),
        st.builds(purchase, st.integers(1, 100), prices),
        st.builds(adjustment, st.integers(-(10**9), 10**9), st.integers(1, 10**6)),
    ),
    min_size=1,
    max_size=30,
)
rule_lists = st.lists(
    st.one_of(
        st.builds(percent, st.integers(1, 10_000), st.integers(1, 10**6)),
        st.builds(fixed, prices, st.integers(1, 10**6)),
    ),
    max_size=4,
)
tax_lists = st.lists(st.builds(TaxRate, st.just("tax"), st.integers(0, 5_000)), max_size=2)
bills = st.builds(make_bill, charge_lists, rule_lists, tax_lists)


@given(bills)
def test_what_the_lines_cost_adds_up_to_the_total(bill: Bill) -> None:
    assert sum(line.cost_minor for line in bill.lines) == bill.total_minor
    assert sum(line.discount_minor for line in bill.lines) == bill.discount_minor
    assert sum(line.tax_minor for line in bill.lines) == bill.tax_minor


@given(bills)
def test_adjustments_are_never_discounted_or_taxed_and_nothing_falls_below_zero(bill: Bill) -> None:
    for line in bill.lines:
        if line.charge.is_adjustment:
            assert line.cost_minor == line.charge.amount_minor
        else:
            assert 0 <= line.discount_minor <= line.charge.amount_minor
            assert line.tax_minor >= 0


@given(st.permutations(octobers_charges()), st.permutations([percent(500), percent(250, 9), fixed(777)]))
def test_the_order_in_which_charges_and_rules_come_makes_no_difference(
    charges: list[Charge], rules: list[DiscountRule]
) -> None:
    expected = make_bill(octobers_charges(), [percent(500), percent(250, 9), fixed(777)], [])
    assert make_bill(charges, rules, []) == expected
