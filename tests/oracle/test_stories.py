"""Organisations that hypothesis makes up: every number of the product is what the rules make it.

The rules (rules/) are a slow reading of their own, which shares no code with the product. A failure prints the story
as it happened and each place where the product and the rules part. ORACLE_EXAMPLES tries more stories than a build
has time for, other ones each time.
"""

import asyncio
import os
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings

from tests.oracle.conftest import Offices
from tests.oracle.play import Play
from tests.oracle.rules.billing import Billing
from tests.oracle.rules.packages import Packages
from tests.oracle.steps import DEFAULT_PRICE, Story, stories

EXAMPLES = os.environ.get("ORACLE_EXAMPLES")


def rules_of(story: Story) -> Billing:
    setting = story.setting
    packages = Packages(setting.zone, DEFAULT_PRICE, Fraction(setting.low_percent, 100), setting.low_floor)
    each = Fraction(setting.tax_percent, 100 * len(setting.taxes))
    taxes = [(f"{label} {float(100 * each):g} %", each) for label in setting.taxes if each]
    return Billing(packages, taxes)


async def play(story: Story, offices: Offices) -> None:
    async with offices(story.setting) as office:
        await Play(office, rules_of(story)).story(story)


@pytest.mark.timeout(0 if EXAMPLES else 600)
@settings(
    max_examples=int(EXAMPLES or 15),
    derandomize=EXAMPLES is None,
    deadline=None,
    report_multiple_bugs=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=stories())
def test_the_product_keeps_the_rules(story: Story, offices: Offices) -> None:
    asyncio.run(play(story, offices))
