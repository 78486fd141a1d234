from hypothesis import given
from hypothesis import strategies as st

from services.invoicing.document.layout import PAGE_PX, Page, StripKind, paginate
from tests.services.invoicing.documents import a_document
from tests.services.invoicing.statements import a_purchase, a_statement


def kinds(page: Page) -> list[StripKind]:
    return [strip.kind for strip in page.strips]


def test_an_ordinary_month_is_one_page() -> None:
    assert len(paginate(a_document(a_statement(sessions=12)))) == 1


def test_heads_repeat_where_a_page_begins_inside_the_sessions() -> None:
    pages = paginate(a_document(a_statement(sessions=200)))
    assert len(pages) > 4
    for page in pages[1:-1]:
        assert kinds(page)[:3] == [StripKind.RUNNING_HEAD, StripKind.SESSIONS_HEAD, StripKind.CHILD]
        assert page.strips[1].continued
    children = [strip for page in pages for strip in page.strips if strip.kind == StripKind.CHILD]
    assert [strip.continued for strip in children].count(False) == 2


@given(sessions=st.integers(0, 250), charges=st.integers(1, 120))
def test_everything_is_shown_once_and_no_page_overflows(sessions: int, charges: int) -> None:
    pages = paginate(a_document(a_statement(sessions=sessions, charges=[a_purchase()] * charges)))
    shown = [kind for page in pages for kind in kinds(page)]
    assert shown.count(StripKind.SESSION) == sessions
    assert shown.count(StripKind.CHARGE) == charges
    assert shown.count(StripKind.TOTALS) == 1
    assert all(sum(strip.height_px for strip in page.strips) <= PAGE_PX for page in pages)
    heads = {StripKind.CHARGES_HEAD, StripKind.SESSIONS_HEAD, StripKind.CHILD, StripKind.PACKAGES_HEAD}
    assert not any(kinds(page)[-1] in heads for page in pages)
