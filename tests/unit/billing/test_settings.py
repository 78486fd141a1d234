"""Taxes by settings: off, one, or several that share a rate."""

import pytest

from services.billing.domain.statements import TaxRate
from services.billing.settings import BillingSettings
from shared.runtime.settings import load_settings


def taxes(**overrides: object) -> list[TaxRate]:
    return load_settings(BillingSettings, (), overrides).taxes


def test_tax_is_off_until_it_is_asked_for() -> None:
    assert taxes() == []
    assert taxes(BILLING_TAX_LABELS="CGST,SGST") == []


def test_gst_is_one_tax_between_states_and_two_within() -> None:
    assert taxes(BILLING_TAX_BASIS_POINTS=1800) == [TaxRate("GST", 1800)]
    assert taxes(BILLING_TAX_BASIS_POINTS=1800, BILLING_TAX_LABELS="IGST") == [TaxRate("IGST", 1800)]
    both = taxes(BILLING_TAX_BASIS_POINTS=1800, BILLING_TAX_LABELS="CGST, SGST")
    assert both == [TaxRate("CGST", 900), TaxRate("SGST", 900)]


@pytest.mark.parametrize(
    ("basis_points", "labels"), [(-1, "GST"), (10_001, "GST"), (1800, "CGST,,SGST"), (5, "CGST,SGST"), (1800, "A,A")]
)
def test_what_cannot_be_shared_evenly_or_named_is_refused(basis_points: int, labels: str) -> None:
    with pytest.raises(ValueError, match=r"tax|basis points"):
        taxes(BILLING_TAX_BASIS_POINTS=basis_points, BILLING_TAX_LABELS=labels)
