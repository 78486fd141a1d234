"""Every language says all that the bot has to say, and nothing is said that no code asks for."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from fluent.runtime import FluentResource
from fluent.syntax import ast, visitor
from markupsafe import Markup

from services.bot.catalogues import fluent_of, read_catalogues
from services.bot.domain.catalogue import Catalogue
from services.bot.domain.languages import Language
from shared.graphql.money import PLACEHOLDER
from shared.period import Month
from tests.bot_api.html import read_html

CODE = "\n".join(path.read_text() for path in (Path(__file__).parents[3] / "services/bot").rglob("*.py"))
CATALOGUES = read_catalogues("en_IN")
ENGLISH, HINDI = CATALOGUES[Language.ENGLISH], CATALOGUES[Language.HINDI]


class _Values(visitor.Visitor):
    """What a text asks to be told."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - fluent's own names
        self.names.add(node.id.name)


def messages(language: Language) -> Iterator[ast.Message]:
    for entry in FluentResource(fluent_of(language)).body:
        if isinstance(entry, ast.Message):
            yield entry


def keys(language: Language) -> list[str]:
    return [message.id.name for message in messages(language)]


def values(language: Language) -> dict[str, set[str]]:
    """The names of the values of each text."""
    found = {}
    for message in messages(language):
        reading = _Values()
        reading.visit(message)
        found[message.id.name] = reading.names
    return found


@pytest.mark.parametrize("language", Language)
def test_all_languages_have_the_same_texts_with_the_same_values(language: Language) -> None:
    assert keys(language) == keys(Language.ENGLISH)
    assert len(set(keys(language))) == len(keys(language))
    assert values(language) == values(Language.ENGLISH)


def test_every_text_is_asked_for() -> None:
    assert [key for key in keys(Language.ENGLISH) if f'"{key}"' not in CODE] == []


def test_every_text_that_is_asked_for_exists() -> None:
    asked = re.findall(r'\.text\(\s*"([^"]+)"', CODE)
    assert asked
    assert sorted(set(asked) - set(keys(Language.ENGLISH))) == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_text_is_html_that_telegram_reads_line_by_line(language: Language, count: int) -> None:
    for key, names in values(language).items():
        text = CATALOGUES[language].text(key, **dict.fromkeys(names, count))
        assert all(read_html(line) for line in text.split("\n"))


def test_hidden_amounts_are_said_like_everywhere_else() -> None:
    assert ENGLISH.money(None, "INR") == PLACEHOLDER
    assert HINDI.money(None, "INR") != PLACEHOLDER


def test_money_and_dates_are_written_as_the_language_and_the_territory_write_them() -> None:
    assert ENGLISH.money(Decimal("125550.50"), "INR") == HINDI.money(Decimal("125550.50"), "INR") == "₹1,25,550.50"
    assert (ENGLISH.month(Month(2026, 10)), HINDI.month(Month(2026, 10))) == ("October 2026", "अक्टूबर 2026")
    assert (ENGLISH.day(date(2026, 10, 12)), HINDI.day(date(2026, 10, 12))) == ("12 Oct 2026", "12 अक्टू॰ 2026")
    american = read_catalogues("en_US")
    assert american[Language.ENGLISH].money(Decimal("125550.50"), "USD") == "$125,550.50"
    assert american[Language.ENGLISH].day(date(2026, 10, 12)) == "Oct 12, 2026"
    assert american[Language.HINDI].day(date(2026, 10, 12)) == HINDI.day(date(2026, 10, 12))


PROBE = """
hello = <b>{ $name }</b>
left = { $count ->
    [one] { $count } session
   *[other] { $count } sessions
}
"""


@pytest.mark.parametrize("name", ["<Asha & Co>", "a*b_c", "&amp;", 'O\'Neil "O"'])
def test_names_arrive_as_they_are(name: str) -> None:
    written = Catalogue(Language.ENGLISH, "IN", PROBE).text("hello", name=name)
    assert read_html(written) == name
    assert Catalogue(Language.ENGLISH, "IN", PROBE).text("hello", name=Markup("<i>x</i>")) == "<b><i>x</i></b>"


def test_plurals_are_those_of_the_language() -> None:
    english, hindi = (Catalogue(language, "IN", PROBE) for language in Language)
    assert [english.text("left", count=count) for count in (0, 1, 2)] == ["0 sessions", "1 session", "2 sessions"]
    assert hindi.text("left", count=0) == "0 session"


def test_what_is_missing_is_no_text() -> None:
    with pytest.raises(ValueError, match="name"):
        Catalogue(Language.ENGLISH, "IN", PROBE).text("hello")
    with pytest.raises(KeyError):
        ENGLISH.text("no-such-text")
    with pytest.raises(ValueError, match="not Fluent"):
        Catalogue(Language.ENGLISH, "IN", "hello = { $name")


@pytest.mark.parametrize(
    ("tag", "language"),
    [("hi", "hi"), ("hi-IN", "hi"), ("HI_in", "hi"), ("en-GB", "en"), ("ta", "en"), ("", "en"), (None, "en")],
)
def test_a_language_that_is_not_spoken_is_answered_in_english(tag: str | None, language: str) -> None:
    assert Language.spoken(tag) is Language(language)
