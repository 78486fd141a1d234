"""The dialogue, whatever it is held through: what is written or pressed in a chat, and what is answered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import structlog
from markupsafe import Markup

from services.bot.asking import Ask
from services.bot.chats import Chats
from services.bot.conversation import Conversation
from services.bot.domain import replies
from services.bot.domain.catalogue import Catalogues
from services.bot.domain.commands import Command, parse
from services.bot.domain.languages import Language
from services.bot.domain.links import Linked
from services.bot.domain.messages import Answer, Message
from services.bot.domain.presses import Acknowledge, Press, ShowLowPackages, Speak, read
from services.bot.reads import LinkedPerson
from services.bot.use_cases.acknowledge_low_package import acknowledge_low_package
from services.bot.use_cases.tell_balance import tell_balance
from services.bot.use_cases.tell_low_packages import tell_low_packages
from services.bot.use_cases.tell_pay import tell_pay
from shared.clock import Clock
from shared.errors import Forbidden, NotFound, Refusal, UpstreamUnavailable
from shared.period import local_date

log = structlog.get_logger()

_TELL: Mapping[str, Callable[[Conversation], Awaitable[Message]]] = {
    "mypay": tell_pay,
    "balance": tell_balance,
    "lowpackages": tell_low_packages,
}
EXCUSED = (UpstreamUnavailable, NotFound, Forbidden)
"""What the gateway may refuse, which is then told: it is out of reach, or the person is not who they were."""


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    chats: Chats
    gateway: Ask
    catalogues: Catalogues
    clock: Clock
    zone: ZoneInfo

    async def hear(self, chat_id: int, text: str, tag: str | None = None) -> Answer:
        """`tag` is the language that the writer's telephone speaks; a linked chat has one of its own."""
        command = parse(text)
        if command.name == "start" and command.argument:
            return await self._link(chat_id, command.argument, Language.spoken(tag))
        person = await self.chats.heard_from(chat_id)
        if person is None:
            return Answer(Message(self.catalogues[Language.spoken(tag)].text("not-linked")))
        conversation = self._with(person)
        try:
            return Answer(await self._obey(chat_id, command, conversation))
        except EXCUSED as refusal:
            return Answer(Message(_excuse(conversation, command.name, refusal)))

    async def press(self, chat_id: int, data: str, tag: str | None = None) -> Answer:
        """Of a button, however old the message is that it was under. Pressing again does no more than pressing once."""
        person = await self.chats.heard_from(chat_id)
        if person is None:
            return Answer(notice=self.catalogues[Language.spoken(tag)].text("press-not-linked").unescape())
        conversation = self._with(person)
        press = read(data)
        if press is None:
            return Answer(notice=conversation.catalogue.text("press-unknown").unescape())
        try:
            return await self._follow(chat_id, press, conversation)
        except EXCUSED as refusal:
            return Answer(notice=_excuse(conversation, press, refusal).unescape())

    def refuse_group(self, tag: str | None) -> Message:
        """In a group everybody would read what one person may see."""
        return Message(self.catalogues[Language.spoken(tag)].text("private-only"))

    async def _link(self, chat_id: int, secret: str, language: Language) -> Answer:
        linked = await self.chats.link(chat_id, secret, language)
        person = await self.chats.heard_from(chat_id)
        catalogue = self.catalogues[person.language if person else language]
        if not isinstance(linked, Linked):
            return Answer(replies.link_refused(catalogue, linked))
        welcome = replies.welcome(catalogue, linked.role, took_over=linked.took_over)
        if linked.left_chat is None:
            return Answer(welcome)
        return Answer(welcome, elsewhere=((linked.left_chat, Message(catalogue.text("linked-elsewhere"))),))

    async def _obey(self, chat_id: int, command: Command, conversation: Conversation) -> Message:
        catalogue, role = conversation.catalogue, conversation.person.role
        match command.name:
            case name if name in _TELL:
                return await _TELL[name](conversation)
            case "stop":
                await self.chats.unlink(chat_id)
                return Message(catalogue.text("unlinked"))
            case "language":
                return replies.which_language(catalogue, self.catalogues)
            case "" | "help" | "start":
                return replies.help_for(catalogue, role)
        return replies.help_instead(catalogue, role, command.name)

    async def _follow(self, chat_id: int, press: Press, conversation: Conversation) -> Answer:
        match press:
            case Speak(language):
                await self.chats.change_language(chat_id, language)
                chosen = self.catalogues[language].text("language-chosen")
                return Answer(Message(chosen), notice=chosen.unescape())
            case ShowLowPackages(page):
                return Answer(await tell_low_packages(conversation, page))
            case Acknowledge(alert_id, page):
                return await acknowledge_low_package(conversation, alert_id, page)

    def _with(self, person: LinkedPerson) -> Conversation:
        today = local_date(self.clock.now(), self.zone)
        return Conversation(self.gateway, person, self.catalogues[person.language], today, self.zone)


def _excuse(conversation: Conversation, asked: object, refusal: Refusal) -> Markup:
    log.warning("could not answer", asked=asked, subject=conversation.person.subject, error=refusal.message)
    if isinstance(refusal, UpstreamUnavailable):
        return conversation.catalogue.text("try-later")
    return conversation.catalogue.text("not-known")
