"""The bot's dialogue in a terminal: what Telegram is for those who have it. Buttons are numbered choices."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from threading import Thread

from markupsafe import Markup
from rich.console import Console
from rich.text import Text

from services.bot.dialogue import Dialogue
from services.bot.domain.languages import Language
from services.bot.domain.links import Linked, LinkRefusal
from services.bot.domain.messages import Answer, Button
from services.bot.reads import LinkedPerson

CHAT = 0
"""The only one there is."""
PROMPT = "> "
PIECE_BYTES = 4096
_MARK = re.compile(r"(</?[a-z]+>)")


@dataclass
class TerminalChats:
    """One chat, of one person until they say /stop. Telegram's links have no meaning here."""

    person: LinkedPerson | None

    async def heard_from(self, _: int) -> LinkedPerson | None:
        return self.person

    async def link(self, _: int, secret: str, language: Language) -> Linked | LinkRefusal:  # noqa: ARG002
        return LinkRefusal.UNKNOWN

    async def unlink(self, _: int) -> None:
        self.person = None

    async def change_language(self, _: int, language: Language) -> None:
        if self.person is not None:
            self.person = replace(self.person, language=language)


async def talk(dialogue: Dialogue, chats: TerminalChats, console: Console, lines: AsyncIterator[str]) -> None:
    """Until the lines end, or the person says /stop. Buttons stay until there are others, as in Telegram."""
    buttons = _show(console, await dialogue.hear(CHAT, "/help"))
    async for line in lines:
        pressed = _chosen(line.strip(), buttons)
        if pressed is None:
            buttons = _show(console, await dialogue.hear(CHAT, line)) or buttons
        else:
            answer = await dialogue.press(CHAT, pressed.press)
            shown = _show(console, answer)
            buttons = buttons if answer.message is None else shown
        if chats.person is None:
            return


async def typed(console: Console) -> AsyncGenerator[str, None]:
    """Line by line what is typed, or what is piped in, which is then shown as if it had been typed."""
    interactive, lines = sys.stdin.isatty(), _lines()
    while True:
        if interactive:
            console.print(PROMPT, end="")
        line = await anext(lines, None)
        if line is None:
            return
        if not interactive:
            console.print(f"{PROMPT}{line}")
        yield line


async def _lines() -> AsyncGenerator[str, None]:
    """Read by a thread that nobody waits for: no other way takes terminals, pipes and files alike."""
    arrived: asyncio.Queue[bytes] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    Thread(
        target=_read, args=(lambda piece: loop.call_soon_threadsafe(arrived.put_nowait, piece),), daemon=True
    ).start()
    rest = b""
    while piece := await arrived.get():
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace")
    if rest:
        yield rest.decode(errors="replace")


def _read(arrived: Callable[[bytes], object]) -> None:
    """Ends with an empty piece, as the input does."""
    piece = b"more"
    while piece:
        piece = os.read(sys.stdin.fileno(), PIECE_BYTES)
        arrived(piece)


def _chosen(line: str, buttons: Sequence[Button]) -> Button | None:
    """By its number; everything else is what it would be in Telegram."""
    if line.isdecimal() and 1 <= int(line) <= len(buttons):
        return buttons[int(line) - 1]
    return None


def _show(console: Console, answer: Answer) -> list[Button]:
    """Gives the buttons that can be chosen now."""
    if answer.notice:
        console.print(f"({answer.notice})")
    if answer.message is None:
        return []
    console.print(_plain(answer.message.text))
    number = 0
    for row in answer.message.rows:
        choices = [f"[{number + place}] {button.label}" for place, button in enumerate(row, start=1)]
        console.print("   ".join(choices))
        number += len(row)
    console.print()
    return answer.message.buttons


def _plain(html: Markup) -> Text:
    """Marks are shown as bold letters."""
    text, bold = Text(), False
    for piece in _MARK.split(html):
        if _MARK.fullmatch(piece):
            bold = not piece.startswith("</")
        else:
            text.append(Markup(piece).unescape(), style="bold" if bold else "")  # noqa: S704 - only to read it
    return text
