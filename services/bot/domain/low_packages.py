"""The coordinators' list of families that are running low, a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from services.bot.domain.balance import left
from services.bot.domain.catalogue import Catalogue
from services.bot.domain.messages import Button, Message, lines, paragraphs
from services.bot.domain.presses import Acknowledge, ShowLowPackages, written
from services.bot.domain.replies import short

PER_PAGE = 8
PER_ROW = 2
LONGEST_LABEL = 24
"""A telephone shows no more of two buttons side by side."""


@dataclass(frozen=True, slots=True)
class LowFamily:
    """`seen`: a coordinator has acknowledged the alert."""

    alert_id: UUID
    name: str
    remaining: int
    total: int
    seen: bool


@dataclass(frozen=True, slots=True)
class LowPage:
    """Page `number` of the list, which counts from 1; `count` are all families on all pages."""

    number: int
    families: Sequence[LowFamily]
    count: int

    @property
    def pages(self) -> int:
        return pages_of(self.count)

    def numbered(self) -> Iterator[tuple[int, LowFamily]]:
        """Numbers go on from page to page."""
        return iter(enumerate(self.families, start=(self.number - 1) * PER_PAGE + 1))


def pages_of(count: int) -> int:
    return max(-(-count // PER_PAGE), 1)


def low_message(catalogue: Catalogue, page: LowPage) -> Message:
    if not page.families:
        return Message(catalogue.text("none-low"))
    parts = [
        lines(*_heading(catalogue, page)),
        lines(*(_line(catalogue, number, family) for number, family in page.numbered())),
    ]
    see = _see_buttons(catalogue, page)
    if see:
        parts.append(catalogue.text("see-hint"))
    return Message(paragraphs(*parts), (*see, *_page_buttons(catalogue, page)))


def _heading(catalogue: Catalogue, page: LowPage) -> Iterator[Markup]:
    yield catalogue.text("low-heading", count=page.count)
    if page.pages > 1:
        yield catalogue.text("low-page", page=page.number, pages=page.pages)


def _line(catalogue: Catalogue, number: int, family: LowFamily) -> Markup:
    return catalogue.text(
        "low-line-seen" if family.seen else "low-line",
        number=number,
        name=short(family.name),
        left=left(catalogue, family.remaining, family.total),
    )


def _see_buttons(catalogue: Catalogue, page: LowPage) -> list[tuple[Button, ...]]:
    buttons = [
        Button(
            catalogue.text("see", name=short(family.name, LONGEST_LABEL)).unescape(),
            written(Acknowledge(family.alert_id, page.number)),
        )
        for family in page.families
        if not family.seen
    ]
    return [tuple(buttons[start : start + PER_ROW]) for start in range(0, len(buttons), PER_ROW)]


def _page_buttons(catalogue: Catalogue, page: LowPage) -> list[tuple[Button, ...]]:
    buttons = []
    if page.number > 1:
        buttons.append(Button(catalogue.text("page-back").unescape(), written(ShowLowPackages(page.number - 1))))
    if page.number < page.pages:
        buttons.append(Button(catalogue.text("page-on").unescape(), written(ShowLowPackages(page.number + 1))))
    return [tuple(buttons)] if buttons else []
