"""Answers what somebody wrote in a chat. The same dialogue serves every way in."""

from collections.abc import Awaitable, Callable

import structlog

from services.bot import reads
from services.bot.asking import Ask
from services.bot.domain import replies
from services.bot.domain.commands import Command, parse
from services.bot.reads import LinkedPerson
from services.bot.use_cases.link_chat import link_chat
from services.bot.use_cases.tell_low_packages import tell_low_packages
from services.bot.use_cases.tell_pay import tell_pay
from services.bot.use_cases.unlink_chat import unlink_chat
from shared.errors import UpstreamUnavailable
from shared.messaging.work import Work

log = structlog.get_logger()

_UNBLOCK = "UPDATE telegram_link SET blocked_at = NULL WHERE chat_id = $1 AND blocked_at IS NOT NULL"

_ANSWERS: dict[str, Callable[[Ask, LinkedPerson], Awaitable[str]]] = {
    "mypay": tell_pay,
    "lowpackages": tell_low_packages,
}


async def answer(work: Work, ask: Ask, chat_id: int, text: str) -> str:
    """Unknown commands and free text get help. Who writes wants to hear from the bot, so a block is over."""
    command = parse(text)
    if command.name == "start" and command.argument:
        return await _link(work, chat_id, command.argument)
    await work.database.execute(_UNBLOCK, chat_id)
    person = await reads.person_of(work.database, chat_id)
    if person is None:
        return replies.NOT_LINKED
    if command.name == "stop":
        await unlink_chat(work, chat_id)
        return replies.UNLINKED
    return await _tell(ask, person, command)


async def _link(work: Work, chat_id: int, secret: str) -> str:
    role = await link_chat(work, chat_id, secret)
    return replies.LINK_IS_OVER if role is None else replies.welcome(role)


async def _tell(ask: Ask, person: LinkedPerson, command: Command) -> str:
    if command.name not in _ANSWERS:
        return replies.help_for(person.role)
    try:
        return await _ANSWERS[command.name](ask, person)
    except UpstreamUnavailable as error:
        log.warning("could not answer", command=command.name, error=error.message)
        return replies.TRY_LATER
