"""What a reply is made from: who asks, in which language, and the gateway that answers for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

from services.bot.asking import Ask
from services.bot.domain.catalogue import Catalogue
from services.bot.reads import LinkedPerson

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Conversation:
    """`today` is the organisation's date, `zone` its time zone."""

    gateway: Ask
    person: LinkedPerson
    catalogue: Catalogue
    today: date
    zone: ZoneInfo

    async def ask(self, document: str, variables: Mapping[str, object], answer: type[T]) -> T:
        """As the person. Raises what asking the gateway raises."""
        return await self.gateway(self.person, document, variables, answer)
