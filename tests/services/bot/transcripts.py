"""Conversations as text: what was typed after a prompt, and what was answered. A number presses that button.

`UPDATE_CONVERSATIONS=1` writes the texts anew; what changed is then to be read in the diff.
"""

import io
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from rich.console import Console

from nivaa.talking import PROMPT, TerminalChats, talk
from services.bot.dialogue import Dialogue
from tests.bot_api.server import BotApi, SentMessage

CONVERSATIONS = Path(__file__).parent / "conversations"


def on_record(name: str, transcript: str) -> str:
    """The conversation as it is on record; what it is now when that is wanted."""
    path = CONVERSATIONS / f"{name}.txt"
    if os.environ.get("UPDATE_CONVERSATIONS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(transcript)
    return path.read_text()


async def in_telegram(api: BotApi, chat_id: int, script: Sequence[str], language: str) -> str:
    """What the chat shows while somebody goes through the script."""
    return "".join([f"{PROMPT}{line}\n{await _said(api, chat_id, line, language)}" for line in script])


async def _said(api: BotApi, chat_id: int, line: str, language: str) -> str:
    if not line.isdecimal():
        before = len(api.texts(chat_id))
        await api.ask(chat_id, line, language)
        return "".join(_shown(message) for message in _of(api, chat_id)[before:])
    pressed = [message for message in _of(api, chat_id) if message.buttons][-1]
    data = list(pressed.buttons.values())[int(line) - 1]
    notice = await api.press(chat_id, data, pressed.message_id, language)
    return (f"({notice})\n" if notice else "") + _shown(api.sent[pressed.message_id - 1])


def _of(api: BotApi, chat_id: int) -> list[SentMessage]:
    return [message for message in api.sent if message.chat_id == chat_id]


def _shown(message: SentMessage) -> str:
    lines, number = [message.text], 0
    for row in (message.reply_markup or {}).get("inline_keyboard", []):
        lines.append("   ".join(f"[{number + place}] {button['text']}" for place, button in enumerate(row, 1)))
        number += len(row)
    return "\n".join([*lines, "\n"])


async def in_terminal(dialogue: Dialogue, chats: TerminalChats, script: Sequence[str]) -> str:
    """What the terminal shows: it begins with the help that the script begins by asking for."""
    written = io.StringIO()
    console = Console(file=written, highlight=False, markup=False, soft_wrap=True, force_terminal=False)
    first, *others = script
    console.print(f"{PROMPT}{first}")

    async def typed() -> AsyncIterator[str]:
        for line in others:
            console.print(f"{PROMPT}{line}")
            yield line

    await talk(dialogue, chats, console, typed())
    return written.getvalue()
