"""One language's texts, money and dates.

Texts are HTML of the kind that Telegram reads. What is put into them is escaped, so that names arrive as they are;
what is HTML already (Markup) stays as it is.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax.ast import Junk
from markupsafe import Markup, escape

from services.bot.domain.languages import Language
from shared.period import Month


class Catalogue:
    """Read from a text in Fluent (projectfluent.org); `territory` decides how money and dates are written."""

    def __init__(self, language: Language, territory: str | None, fluent: str) -> None:
        resource = FluentResource(fluent)
        if junk := [entry.content for entry in resource.body if isinstance(entry, Junk)]:
            raise ValueError(f"not Fluent: {junk}")
        self.language = language
        self._locale = _locale(language, territory)
        self._bundle = FluentBundle([str(self._locale)], use_isolating=False)
        self._bundle.add_resource(resource)

    def text(self, key: str, /, **values: Any) -> Markup:
        """Raises KeyError for a text that is not there, ValueError when a value is missing or of the wrong kind."""
        pattern = self._bundle.get_message(key).value
        if pattern is None:
            raise KeyError(key)
        written, errors = self._bundle.format_pattern(pattern, {name: _shown(value) for name, value in values.items()})
        if errors:
            raise ValueError(f"{self.language}: {key}: {errors}")
        return Markup(written)  # noqa: S704 - the catalogue's own HTML around values that are escaped

    def money(self, amount: Decimal | None, currency: str) -> Markup:
        """None is an amount that the beta freeze hides."""
        if amount is None:
            return self.text("amount-hidden")
        return escape(format_currency(amount, currency, locale=self._locale))

    def month(self, month: Month) -> str:
        return format_skeleton("yMMMM", month.first_day, locale=self._locale)

    def day(self, day: date) -> str:
        return format_date(day, "medium", locale=self._locale)


Catalogues = Mapping[Language, Catalogue]


def _locale(language: Language, territory: str | None) -> Locale:
    try:
        return Locale(language.value, territory)
    except UnknownLocaleError:
        return Locale(language.value)


def _shown(value: Any) -> Any:
    """Numbers stay numbers: they choose the plural form."""
    return escape(value) if isinstance(value, str) else value
