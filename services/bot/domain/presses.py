"""What a pressed button asks for, as the 64 bytes that Telegram keeps of it."""

import re
from dataclasses import dataclass
from uuid import UUID

from services.bot.domain.languages import Language


@dataclass(frozen=True, slots=True)
class ShowLowPackages:
    page: int


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """`page` is the page of the list that it was pressed on."""

    alert_id: UUID
    page: int


@dataclass(frozen=True, slots=True)
class Speak:
    language: Language


Press = ShowLowPackages | Acknowledge | Speak

_SHOW = re.compile(r"low:([1-9]\d{0,4})", re.ASCII)
_ACKNOWLEDGE = re.compile(r"ack:([1-9]\d{0,4}):([0-9a-f]{32})", re.ASCII)
_SPEAK = re.compile(f"speak:({'|'.join(Language)})")


def written(press: Press) -> str:
    match press:
        case ShowLowPackages(page):
            return f"low:{page}"
        case Acknowledge(alert_id, page):
            return f"ack:{page}:{alert_id.hex}"
        case Speak(language):
            return f"speak:{language.value}"


def read(text: str) -> Press | None:
    """None for what no button of ours says."""
    if match := _SHOW.fullmatch(text):
        return ShowLowPackages(int(match[1]))
    if match := _ACKNOWLEDGE.fullmatch(text):
        return Acknowledge(UUID(match[2]), int(match[1]))
    if match := _SPEAK.fullmatch(text):
        return Speak(Language(match[1]))
    return None
