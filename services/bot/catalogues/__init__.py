"""The bot's texts, one file for each language."""

from pathlib import Path

from babel import Locale

from services.bot.domain.catalogue import Catalogue, Catalogues
from services.bot.domain.languages import Language

_FOLDER = Path(__file__).parent


def read_catalogues(locale: str) -> Catalogues:
    """`locale` is the organisation's, such as "en_IN": its territory's customs hold in every language."""
    territory = Locale.parse(locale).territory
    return {language: Catalogue(language, territory, fluent_of(language)) for language in Language}


def fluent_of(language: Language) -> str:
    return (_FOLDER / f"{language.value}.ftl").read_text()
