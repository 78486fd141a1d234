"""Which strip of the invoice stands on which page. Pure.

A page is a stack of strips, each as high as HEIGHTS_PX says whatever it contains (text that is too long ends in an
ellipsis), so the breaks are known before anything is drawn. Heads and child headings repeat where a page begins
inside what they head. Pixels are the style sheet's; an A4 page is 1033 by 1461 of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import zip_longest

from services.invoicing.document.model import InvoiceDocument, PackageBar


class StripKind(StrEnum):
    LETTERHEAD = "letterhead"
    RUNNING_HEAD = "running-head"
    CHARGES_HEAD = "charges-head"
    CHARGE = "charge"
    TOTALS = "totals"
    SESSIONS_HEAD = "sessions-head"
    CHILD = "child"
    SESSION = "session"
    PACKAGES_HEAD = "packages-head"
    PACKAGES = "packages"


HEIGHTS_PX = {
    StripKind.LETTERHEAD: 342,
    StripKind.RUNNING_HEAD: 62,
    StripKind.CHARGES_HEAD: 36,
    StripKind.CHARGE: 31,
    StripKind.SESSIONS_HEAD: 62,
    StripKind.CHILD: 34,
    StripKind.SESSION: 27,
    StripKind.PACKAGES_HEAD: 54,
    StripKind.PACKAGES: 58,
}
TOTALS_LINE_PX = 27
TOTALS_FRAME_PX = 84
"""Around the totals' plain lines: the grand total and the air above and below."""
PAGE_PX = 1300
"""The height that strips share on a page, between the top margin and the footer."""
PACKAGES_ABREAST = 2


@dataclass(frozen=True, slots=True)
class Strip:
    """`content` is the part of the document it shows; `continued` marks a head that was on an earlier page already."""

    kind: StripKind
    height_px: int
    content: object = None
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    strips: tuple[Strip, ...]


def paginate(document: InvoiceDocument) -> tuple[Page, ...]:
    stack = _Stack()
    stack.add(_strip(StripKind.LETTERHEAD))
    for heads, strip in _flow(document):
        stack.add(strip, heads)
    return tuple(Page(number, tuple(strips)) for number, strips in enumerate(stack.pages, start=1))


_Headed = tuple[tuple[Strip, ...], Strip]


def _flow(document: InvoiceDocument) -> Iterator[_Headed]:
    """Every strip in order, with the heads that must stand above it on its page."""
    head = _strip(StripKind.CHARGES_HEAD)
    yield from (((head,), _strip(StripKind.CHARGE, charge)) for charge in document.charges)
    yield (), _totals(document)
    head = _strip(StripKind.SESSIONS_HEAD)
    for child in document.sessions:
        heads = (head, _strip(StripKind.CHILD, child))
        yield from ((heads, _strip(StripKind.SESSION, session)) for session in child.sessions)
    head = _strip(StripKind.PACKAGES_HEAD)
    yield from (((head,), _strip(StripKind.PACKAGES, pair)) for pair in _abreast(document.packages))


def _strip(kind: StripKind, content: object = None) -> Strip:
    return Strip(kind, HEIGHTS_PX[kind], content)


def _totals(document: InvoiceDocument) -> Strip:
    lines = 1 + len(document.totals.discounts) + len(document.totals.taxes) + 2 * bool(document.payment.paid.minor)
    return Strip(StripKind.TOTALS, TOTALS_FRAME_PX + TOTALS_LINE_PX * lines, document.totals)


def _abreast(packages: tuple[PackageBar, ...]) -> Iterator[tuple[PackageBar, ...]]:
    for row in zip_longest(*[iter(packages)] * PACKAGES_ABREAST):
        yield tuple(package for package in row if package is not None)


@dataclass(slots=True)
class _Stack:
    """Pages being filled from the top; `standing` are the heads that the rows of the last page stand under."""

    pages: list[list[Strip]] = field(default_factory=lambda: [[]])
    standing: list[Strip] = field(default_factory=list)
    shown: list[Strip] = field(default_factory=list)
    room_px: int = PAGE_PX

    def add(self, strip: Strip, heads: tuple[Strip, ...] = ()) -> None:
        missing = _without(heads, self.standing)
        if self.room_px < strip.height_px + sum(head.height_px for head in missing):
            self._turn_the_page()
            missing = heads
        for head in missing:
            self._put(replace(head, continued=not _without((head,), self.shown)))
        self.standing.extend(missing)
        self.shown.extend(_without(missing, self.shown))
        self._put(strip)

    def _turn_the_page(self) -> None:
        self.pages.append([])
        self.standing.clear()
        self.room_px = PAGE_PX
        self._put(_strip(StripKind.RUNNING_HEAD))

    def _put(self, strip: Strip) -> None:
        self.pages[-1].append(strip)
        self.room_px -= strip.height_px


def _without(heads: tuple[Strip, ...], others: list[Strip]) -> tuple[Strip, ...]:
    """By identity: two children may have one name."""
    return tuple(head for head in heads if not any(head is other for other in others))
