"""Where days and months begin and end, and where a parent is low: both sides of each line."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.contracts.billing import Statement
from tests.asking import Refused
from tests.oracle.conftest import Offices
from tests.oracle.office import Office, minor
from tests.oracle.steps import KOLKATA, NEW_YORK, Setting

LEAP = Setting(KOLKATA, date(2028, 2, 14))


async def family(office: Office) -> tuple[str, str, str]:
    """A parent, a child and their tutor, who earns 300 a session."""
    parent = await office.parent("Asha Rao")
    tutor = await office.tutor("Meena")
    await office.set_rate(tutor, 30_000, None, date(2020, 1, 1))
    return parent, await office.child(parent, "Ira"), tutor


async def teach(office: Office, child: str, tutor: str, starts_at: datetime, price: int | None = None) -> str:
    """Approved now; an add-on when it has a price."""
    session = await office.log(child, tutor, starts_at, as_addon=price is not None, price=price)
    assert await office.approve(session) == {session: None}
    return session


async def coverage_of(office: Office, session: str) -> str:
    sessions = {each["id"]: each for each in (await office.state())["sessions"]["nodes"]}
    coverage: str = sessions[session]["coverage"]
    return coverage


async def only_statement(office: Office, month: str) -> Statement:
    (statement,) = await office.statements(month)
    return statement


@pytest.mark.parametrize(
    ("zone", "month", "last_day"),
    [
        (KOLKATA, "2026-10", date(2026, 10, 31)),
        (KOLKATA, "2026-12", date(2026, 12, 31)),
        (KOLKATA, "2028-02", date(2028, 2, 29)),
        (NEW_YORK, "2026-10", date(2026, 10, 31)),
        (NEW_YORK, "2026-11", date(2026, 11, 30)),
        (NEW_YORK, "2026-03", date(2026, 3, 31)),
    ],
    ids=str,
)
async def test_a_month_ends_at_midnight_on_the_organisations_wall(
    offices: Offices, zone: ZoneInfo, month: str, last_day: date
) -> None:
    """New York's October ends hours before its clocks change; its November and March have the change in them."""
    midnight = datetime.combine(last_day + timedelta(days=1), time(), zone).astimezone(UTC)
    async with offices(Setting(zone, last_day.replace(day=15))) as office:
        _, child, tutor = await family(office)
        before = await teach(office, child, tutor, midnight - timedelta(minutes=1), price=100)
        after = await teach(office, child, tutor, midnight, price=1_000)
        office.clock.at = midnight - timedelta(seconds=1)
        with pytest.raises(Refused, match="PERIOD_NOT_ENDED"):
            await office.run(month)
        office.clock.at = midnight
        assert (await office.run(month))["sessionsCounted"] == 1
        statement = await only_statement(office, month)
        assert ([str(line.session_id) for line in statement.charges], statement.total_minor) == ([before], 100)
        following = f"{last_day + timedelta(days=1):%Y-%m}"
        await office.run(following, early=True)
        statement = await only_statement(office, following)
        assert ([str(line.session_id) for line in statement.charges], statement.total_minor) == ([after], 1_000)


@pytest.mark.parametrize(("size", "low_at"), [(1, 0), (4, 0), (5, 0), (6, 1), (10, 1)])
async def test_a_pack_is_low_below_a_fifth_and_not_at_it(offices: Offices, size: int, low_at: int) -> None:
    async with offices(Setting(KOLKATA, date(2026, 10, 1))) as office:
        parent, child, tutor = await family(office)
        await office.sell(parent, size, 50_000)
        for left in reversed(range(size)):
            await teach(office, child, tutor, office.clock.at - timedelta(hours=size - left))
            alerts = (await office.state())["lowPackageAlerts"]["nodes"]
            assert [alert["remaining"] for alert in alerts] == ([left] if left <= low_at else [])


async def test_the_29th_of_february_is_a_last_valid_day(offices: Offices) -> None:
    async with offices(LEAP) as office:
        parent, child, tutor = await family(office)
        await office.sell(parent, 10, 50_000, expiresOn=date(2028, 2, 29))
        leap_day = datetime(2028, 2, 29, 23, 59, tzinfo=KOLKATA)
        in_time = await teach(office, child, tutor, leap_day)
        late = await teach(office, child, tutor, leap_day + timedelta(minutes=1))
        assert [await coverage_of(office, each) for each in (in_time, late)] == ["PACKAGE", "OVERAGE"]
        for days, status in ((0, "ACTIVE"), (1, "EXPIRED")):
            office.clock.at = leap_day + timedelta(days=days)
            (node,) = (await office.state())["parents"]["nodes"]
            assert [lot["status"] for lot in node["sessionPackages"]["nodes"]] == [status]


@pytest.mark.parametrize(("days", "coverage", "expired"), [(0, "PACKAGE", 0), (1, "OVERAGE", 9)])
async def test_the_grace_of_the_22nd_ends_with_the_29th(
    offices: Offices, days: int, coverage: str, expired: int
) -> None:
    async with offices(LEAP) as office:
        parent, child, tutor = await family(office)
        await office.sell(parent, 10, 50_000, expiresOn=date(2028, 2, 22))
        taught = datetime(2028, 2, 22, 17, tzinfo=KOLKATA)
        await teach(office, child, tutor, taught)
        office.clock.at = datetime(2028, 2, 29, 23, 59, tzinfo=KOLKATA) + timedelta(days=days)
        await office.pass_the_day()
        assert await coverage_of(office, await teach(office, child, tutor, taught)) == coverage
        (node,) = (await office.state())["parents"]["nodes"]
        assert [lot["expiredSessions"] for lot in node["sessionPackages"]["nodes"]] == [expired]


async def test_a_return_on_the_15th_of_february_lasts_until_the_29th(offices: Offices) -> None:
    async with offices(LEAP) as office:
        parent, child, tutor = await family(office)
        await office.sell(parent, 10, 50_000, expiresOn=date(2028, 2, 14))
        session = await teach(office, child, tutor, office.clock.at)
        office.clock.at += timedelta(days=1)
        await office.reverse(session)
        (node,) = (await office.state())["parents"]["nodes"]
        assert [lot["expiresOn"] for lot in node["sessionPackages"]["nodes"]] == ["2028-02-29"]


@pytest.mark.parametrize(("until", "total"), [(date(2028, 2, 28), 1_000), (date(2028, 2, 29), 900)])
async def test_februarys_discounts_are_those_of_its_29th(offices: Offices, until: date, total: int) -> None:
    async with offices(LEAP) as office:
        parent, child, tutor = await family(office)
        await office.add_discount(parent, "Sibling discount", date(2028, 1, 1), until, percent="10")
        await teach(office, child, tutor, office.clock.at, price=1_000)
        office.clock.at = datetime(2028, 3, 1, tzinfo=KOLKATA)
        await office.run("2028-02")
        assert (await only_statement(office, "2028-02")).total_minor == total


async def test_a_rate_from_the_29th_pays_the_29th(offices: Offices) -> None:
    async with offices(replace(LEAP, zone=NEW_YORK)) as office:
        _, child, tutor = await family(office)
        leap_day = date(2028, 2, 29)
        await office.set_rate(tutor, 40_000, None, leap_day)
        midnight = datetime.combine(leap_day, time(), NEW_YORK)
        await teach(office, child, tutor, midnight - timedelta(minutes=1))
        await teach(office, child, tutor, midnight)
        await office.run("2028-02", early=True)
        (payout,) = await office.payouts("2028-02")
        assert sorted(minor(line["amount"]) for line in payout["lines"]) == [30_000, 40_000]
