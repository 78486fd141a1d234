"""The languages that the bot speaks."""

from enum import StrEnum


class Language(StrEnum):
    ENGLISH = "en"
    HINDI = "hi"

    @classmethod
    def spoken(cls, tag: str | None) -> "Language":
        """The one that an IETF tag such as "hi-IN" names; English for those that the bot does not speak."""
        name = (tag or "").replace("_", "-").partition("-")[0].lower()
        return next((language for language in cls if language.value == name), cls.ENGLISH)
