"""The pages as one HTML document: a template, a style sheet, and money and dates as the locale writes them."""

import base64
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency

from services.invoicing.document.layout import HEIGHTS_PX, paginate
from services.invoicing.document.model import InvoiceDocument, Logo
from services.invoicing.document.text import may_be_wider
from shared.money import Money
from shared.period import Month
from shared.templates import html_templates


class Typesetter:
    """Turns invoices into HTML for one locale. Every word of an invoice is escaped; the page may load nothing."""

    def __init__(self, locale: str = "en_IN") -> None:
        environment = html_templates("services.invoicing.document", "template")
        environment.tests["wider_than"] = may_be_wider
        environment.filters.update(_filters(Locale.parse(locale)))
        self.language = locale.replace("_", "-")
        self._template = environment.get_template("invoice.html")

    def html(self, document: InvoiceDocument) -> str:
        return self._template.render(
            invoice=document, pages=paginate(document), heights_px=HEIGHTS_PX, language=self.language
        )


def _filters(locale: Locale) -> Mapping[str, Callable[..., str]]:
    @lru_cache(4096)
    def money(amount: Money) -> str:
        return format_currency(amount.to_decimal(), amount.currency, locale=locale)

    def less(amount: Money) -> str:
        return money(Money(-amount.minor, amount.currency))

    @lru_cache(4096)
    def day(value: date) -> str:
        return format_date(value, "medium", locale)

    @lru_cache(4096)
    def weekday(value: date) -> str:
        return format_date(value, "EEE", locale)

    @lru_cache(4096)
    def month(value: Month) -> str:
        return format_date(value.first_day, "LLLL y", locale)

    def clock(value: datetime) -> str:
        return format_time(value.timetz(), "short", locale=locale)

    words: tuple[Callable[..., str], ...] = (money, less, day, weekday, month, clock)
    return {word.__name__: word for word in words} | {"data_url": _data_url}


def _data_url(logo: Logo) -> str:
    return f"data:{logo.media_type};base64,{base64.b64encode(logo.content).decode()}"
