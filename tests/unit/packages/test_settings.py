"""Settings that no organisation can mean are refused at the start, not at the first deduction."""

from fractions import Fraction

import pytest
from pydantic import ValidationError

from services.packages.domain.alerts import LowLine
from services.packages.settings import PackagesSettings
from shared.runtime.settings import load_settings


def line(**settings: str) -> LowLine:
    return load_settings(PackagesSettings, (), settings).organisation.low_line


def test_the_line_is_a_fifth_without_a_floor_unless_told_otherwise() -> None:
    assert line() == LowLine(Fraction(1, 5), None)
    assert line(NIVAA_LOW_PACKAGE_THRESHOLD="0.125", NIVAA_LOW_PACKAGE_FLOOR="0") == LowLine(Fraction(1, 8), 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NIVAA_LOW_PACKAGE_THRESHOLD", "20"),
        ("NIVAA_LOW_PACKAGE_THRESHOLD", "-0.1"),
        ("NIVAA_LOW_PACKAGE_THRESHOLD", "NaN"),
        ("NIVAA_LOW_PACKAGE_THRESHOLD", "20 %"),
        ("NIVAA_LOW_PACKAGE_FLOOR", "-1"),
        ("NIVAA_LOW_PACKAGE_FLOOR", "1.5"),
        ("NIVAA_DEFAULT_SESSION_PRICE", "-600"),
        ("NIVAA_DEFAULT_SESSION_PRICE", "Infinity"),
    ],
)
def test_what_nobody_can_mean_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        load_settings(PackagesSettings, (), {name: value})
