"""Bars by month, as the geometry of an inline SVG; the words beside it say the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

MONTHS = 12
BAR_WIDTH, GAP, HEIGHT, LABEL_HEIGHT = 34, 14, 120, 34


@dataclass(frozen=True, slots=True)
class Bar:
    month: str
    words: str
    x: int
    y: float
    width: int
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Chart:
    key: str
    title: str
    bars: Sequence[Bar]

    @property
    def width(self) -> int:
        return len(self.bars) * (BAR_WIDTH + GAP) + GAP

    @property
    def height(self) -> int:
        return HEIGHT + LABEL_HEIGHT

    @property
    def floor(self) -> int:
        return HEIGHT


def charts(cycles: Sequence[dict[str, Any]]) -> list[Chart]:
    """Of cycles, the latest first. What the graph does not show has no bar, and a chart without bars is none."""
    months = [cycle for cycle in reversed(cycles[:MONTHS]) if cycle["sessionsCounted"] is not None]
    drawn = (
        _chart("sessions", "Sessions", months, _sessions),
        _chart("invoiced", "Invoiced", months, lambda cycle: _money(cycle["invoicedTotal"])),
        _chart("paid-out", "To tutors", months, lambda cycle: _money(cycle["payoutTotal"])),
    )
    return [chart for chart in drawn if chart.bars]


def _sessions(cycle: dict[str, Any]) -> tuple[float, str]:
    return cycle["sessionsCounted"], str(cycle["sessionsCounted"])


def _money(money: dict[str, Any]) -> tuple[float, str] | None:
    return (float(money["amount"]), money["display"]) if money["available"] and money["amount"] is not None else None


def _chart(
    key: str,
    title: str,
    cycles: Sequence[dict[str, Any]],
    value_of: Callable[[dict[str, Any]], tuple[float, str] | None],
) -> Chart:
    values = [(cycle["month"], value) for cycle in cycles if (value := value_of(cycle)) is not None]
    most = max((value for _, (value, _) in values), default=0) or 1
    bars = [_bar(index, month, words, max(0.0, value / most)) for index, (month, (value, words)) in enumerate(values)]
    return Chart(key, title, bars)


def _bar(index: int, month: str, words: str, share: float) -> Bar:
    height = round((HEIGHT - 16) * share, 1)
    return Bar(month, words, GAP + index * (BAR_WIDTH + GAP), HEIGHT - height, BAR_WIDTH, height)
