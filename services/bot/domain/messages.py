"""What goes to a chat: a text, and buttons under it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from markupsafe import Markup

LONGEST_TEXT = 4096
"""Telegram counts UTF-16 code units. Marks and escapes are not counted there; here they are, to be safe."""


@dataclass(frozen=True, slots=True)
class Button:
    """`press` is what comes back when it is pressed (domain/presses.py)."""

    label: str
    press: str


@dataclass(frozen=True, slots=True)
class Message:
    """`rows` are buttons side by side, one row under the other."""

    text: Markup
    rows: tuple[tuple[Button, ...], ...] = ()

    @property
    def buttons(self) -> list[Button]:
        return [button for row in self.rows for button in row]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said in the chat itself; after a press it takes the place of the message that the button was under.

    `notice` is shown for a moment to who pressed. `elsewhere` are other chats, with what they are told.
    """

    message: Message | None = None
    notice: str = ""
    elsewhere: tuple[tuple[int, Message], ...] = field(default=())


def lines(*texts: Markup) -> Markup:
    return Markup("\n").join(texts)


def paragraphs(*texts: Markup) -> Markup:
    return Markup("\n\n").join(texts)


def parted(message: Message) -> list[Message]:
    """The same in messages that Telegram takes, parted between lines; the buttons are under the last."""
    *first, last = _parts(message.text)
    return [*(Message(part) for part in first), Message(last, message.rows)]


def _parts(text: Markup) -> Iterator[Markup]:
    part: list[str] = []
    for line in str(text).split("\n"):
        if part and _length("\n".join([*part, line])) > LONGEST_TEXT:
            yield Markup("\n".join(part))  # noqa: S704 - whole lines of what is HTML already
            part = []
        if part or line:
            part.append(line)
    yield Markup("\n".join(part))  # noqa: S704


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
