from dataclasses import replace
from datetime import date

import msgspec
import pytest
from markupsafe import escape

from services.invoicing.document.html import Typesetter
from services.invoicing.document.model import Logo
from tests.services.invoicing.documents import a_document
from tests.services.invoicing.statements import a_purchase, a_statement

HOSTILE = [
    "<script>alert(1)</script>",
    "<style>body{display:none}</style>",
    '<img src="file:///etc/passwd">',
    '"><iframe src="http://127.0.0.1/"></iframe>',
    '<meta name="pdfkit-page-size" content="A6">',
    "{{ invoice.number }}{% include 'x' %}",
]


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_makes_no_element(typesetter: Typesetter, name: str) -> None:
    plain = typesetter.html(a_document(a_statement(parent_name="Asha", children=("Ira",))))
    hostile = typesetter.html(a_document(a_statement(parent_name=name, children=(name,))))
    assert hostile.count("<") == plain.count("<")
    assert escape(name) in hostile


def test_money_and_dates_are_written_as_the_locale_writes_them(typesetter: Typesetter) -> None:
    lakh = msgspec.structs.replace(a_purchase(), amount_minor=10_000_000, date=date(2026, 10, 2))
    html = typesetter.html(a_document(a_statement(charges=[lakh])))
    assert "₹1,00,000.00" in html
    assert "2 Oct 2026" in html
    assert "₹1,00,000.00" in html
    assert "-₹5,000.00" in html


def test_another_locale_writes_them_differently() -> None:
    html = Typesetter("de_DE").html(a_document(a_statement()))
    assert "8.100,00\u00a0₹" in html
    assert '<html lang="de-DE">' in html


def test_only_long_invoices_count_their_pages(typesetter: Typesetter) -> None:
    assert "Page 1 of" not in typesetter.html(a_document(a_statement()))
    assert "Page 2 of 2" in typesetter.html(a_document(a_statement(sessions=40)))


def test_the_logo_is_part_of_the_page(typesetter: Typesetter) -> None:
    document = a_document(a_statement())
    organisation = replace(document.organisation, logo=Logo("image/png", b"\x89PNG"))
    assert 'src="data:image/png;base64,iVBORw=="' in typesetter.html(replace(document, organisation=organisation))


@pytest.mark.parametrize(
    ("name", "clipped"),
    [
        ("Asha Rao", False),
        ("W" * 22, False),
        ("W" * 23, True),
        ("आशा" * 3, False),
        ("आशा" * 4, True),
        ("W" * 10_000, True),
    ],
)
def test_only_what_may_be_too_long_for_its_place_is_clipped(typesetter: Typesetter, name: str, clipped: bool) -> None:
    html = typesetter.html(a_document(a_statement(parent_name=name)))
    assert ('class="who line cut"' in html) == clipped
