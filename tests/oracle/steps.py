"""What can happen in an organisation, as data that hypothesis draws.

Whom or what a step is about is a number: it counts back from the newest of those that are there when the step comes.
Days are counted from the day of the step.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

DEFAULT_PRICE = 60_000


@dataclass(frozen=True)
class Setting:
    """Where and when it begins, and what the organisation has decided. The taxes share the percentage evenly."""

    zone: ZoneInfo
    first_day: date
    tax_percent: int = 0
    taxes: tuple[str, ...] = ("GST",)
    low_floor: int | None = None
    low_percent: int = 20

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.first_day, time(9), self.zone)

    @property
    def decided(self) -> dict[str, object]:
        """As settings of the product."""
        return {
            "NIVAA_DEFAULT_SESSION_PRICE": Decimal(DEFAULT_PRICE).scaleb(-2),
            "NIVAA_LOW_PACKAGE_THRESHOLD": Decimal(self.low_percent).scaleb(-2),
            "NIVAA_LOW_PACKAGE_FLOOR": self.low_floor,
            "BILLING_TAX_BASIS_POINTS": self.tax_percent * 100,
            "BILLING_TAX_LABELS": ",".join(self.taxes),
        }


@dataclass(frozen=True)
class Sell:
    """`price` is None for goodwill, which no offer lists. The discount is a percentage (a fraction), or an amount a
    session."""

    parent: int
    child: int | None
    size: int
    price: int | None
    discount: Fraction | int | None
    valid_days: int | None
    by_offer: bool


@dataclass(frozen=True)
class Teach:
    """A row of sessions, a day apart, or from the `edge` of the month: its first day, or the last one before it.

    `approved` tells whether each is approved at once.
    """

    child: int
    tutor: int
    first_day: int
    edge: str | None
    at: time
    count: int
    as_addon: bool
    addon_price: int | None
    approved: bool


@dataclass(frozen=True)
class Approve:
    """All of these together, in this order, some of them perhaps named twice. Those that wait count as the newest."""

    sessions: tuple[int, ...]


@dataclass(frozen=True)
class Reject:
    session: int


@dataclass(frozen=True)
class Reverse:
    session: int


@dataclass(frozen=True)
class Extend:
    """To so many days from today; None for ever."""

    lot: int
    days: int | None


@dataclass(frozen=True)
class Reinstate:
    """To so many days from today; None until its last valid day."""

    lot: int
    days: int | None


@dataclass(frozen=True)
class SetRate:
    tutor: int
    rate: int
    addon: int | None
    days: int


@dataclass(frozen=True)
class AddDiscount:
    """A percentage (a fraction) or an amount, from a day on, for so many days or for good."""

    parent: int
    size: Fraction | int
    days: int
    for_days: int | None


@dataclass(frozen=True)
class EndDiscount:
    rule: int
    days: int


@dataclass(frozen=True)
class Deduct:
    tutor: int
    months: int
    amount: int


@dataclass(frozen=True)
class Wait:
    days: int


@dataclass(frozen=True)
class Close:
    """Every month that is over, and the present one too when `early`."""

    early: bool


Step = (
    Sell
    | Teach
    | Approve
    | Reject
    | Reverse
    | Extend
    | Reinstate
    | SetRate
    | AddDiscount
    | EndDiscount
    | Deduct
    | Wait
    | Close
)


@dataclass(frozen=True)
class Story:
    """`children` tells how many each parent has; `rates` what each tutor earns from the start, None without a rate;
    `clicks` how often everything is asked for that takes a key."""

    setting: Setting
    clicks: int
    children: tuple[int, ...]
    rates: tuple[int | None, ...]
    steps: tuple[Step, ...]


KOLKATA, NEW_YORK = ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York")
SETTINGS = (
    Setting(KOLKATA, date(2026, 9, 20)),
    Setting(KOLKATA, date(2028, 2, 12), tax_percent=18, taxes=("CGST", "SGST"), low_floor=1),
    Setting(NEW_YORK, date(2026, 10, 12), tax_percent=5, low_percent=34),
    Setting(NEW_YORK, date(2028, 2, 20)),
)
"""Two months with a clock change (March and November in New York), two with a 29 February."""

picks = st.just(0) | st.integers(0, 11)
amounts = st.sampled_from([1, 99, 333, 10_000, 33_333, 45_000, 50_000, 99_999]) | st.integers(1, 200_000)
percents = st.sampled_from(
    [Fraction(50), Fraction(5), Fraction(10), Fraction(100), Fraction(25, 2), Fraction(3333, 100)]
)
hours = st.sampled_from([time(0), time(0, 10), time(1, 30), time(9, 30), time(17), time(23, 30), time(23, 59)])

sales = st.builds(
    Sell,
    parent=picks,
    child=st.none() | picks,
    size=st.sampled_from([1, 2, 4, 5, 6, 10]),
    price=st.none() | amounts | amounts | amounts,
    discount=st.none() | percents | st.integers(1, 99),
    valid_days=st.none() | st.sampled_from([0, 1, 7, 8, 14]) | st.integers(0, 25),
    by_offer=st.booleans(),
)
lessons = st.builds(
    Teach,
    child=picks,
    tutor=picks,
    first_day=st.sampled_from([0, -1, -7, -8]) | st.integers(-30, 3),
    edge=st.sampled_from([None, None, "first", "last"]),
    at=hours,
    count=st.integers(1, 5),
    as_addon=st.sampled_from([False, False, False, True]),
    addon_price=st.none() | st.none() | st.integers(0, 90_000),
    approved=st.sampled_from([True, True, True, False]),
)
waiting = lessons.map(lambda lesson: replace(lesson, approved=False))
discounts = st.builds(
    AddDiscount,
    parent=picks,
    size=percents | amounts,
    days=st.integers(-20, 10),
    for_days=st.none() | st.none() | st.integers(0, 40),
)
agreements = (
    st.builds(SetRate, tutor=picks, rate=st.integers(0, 90_000), addon=st.none() | amounts, days=st.integers(-20, 20))
    | discounts
    | st.builds(EndDiscount, rule=picks, days=st.integers(-20, 20))
    | st.builds(Deduct, tutor=picks, months=st.integers(-1, 1), amount=amounts)
)
second_thoughts = (
    st.builds(Approve, sessions=st.lists(picks, min_size=1, max_size=6).map(tuple))
    | st.builds(Reverse, session=picks)
    | st.builds(Reverse, session=picks)
    | st.builds(Reject, session=picks)
    | st.builds(Extend, lot=picks, days=st.none() | st.integers(-5, 30))
    | st.builds(Reinstate, lot=picks, days=st.none() | st.integers(-5, 30))
)
times = st.builds(Wait, days=st.sampled_from([1, 6, 7, 8, 14]) | st.integers(1, 20)) | st.builds(
    Close, early=st.sampled_from([False, False, True])
)
steps = st.one_of(sales, lessons, lessons, second_thoughts, agreements, times)
passages = (
    st.lists(steps, min_size=1, max_size=3).map(tuple)
    | st.tuples(sales, lessons, st.builds(Wait, days=st.integers(1, 20)), second_thoughts)
    | st.tuples(sales, waiting, waiting, st.just(Approve(tuple(range(10)))))
    | st.tuples(agreements, lessons, st.just(Close(early=True)), st.builds(Reverse, session=picks))
)
"""A lot is sold, used, has perhaps expired meanwhile, and somebody thinks better of it; or sessions that were logged in
no order are approved together; or what a closed month billed is taken back."""


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Begins with discounts, and ends with a month that is over and closed, so that everything has been billed once."""
    agreed = draw(st.lists(discounts, max_size=3))
    told = chain(*draw(st.lists(passages, min_size=4, max_size=12)))
    return Story(
        setting=draw(st.sampled_from(SETTINGS)),
        clicks=draw(st.sampled_from([1, 1, 2])),
        children=tuple(draw(st.lists(st.integers(1, 2), min_size=1, max_size=3))),
        rates=tuple(draw(st.lists(st.none() | st.integers(1, 90_000), min_size=1, max_size=3))),
        steps=(*agreed, *told, Wait(31), Close(early=False)),
    )
