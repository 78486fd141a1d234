"""What a person wrote, as a command."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """`/start abc` is Command("start", "abc"); free text is Command("", text)."""

    name: str
    argument: str


def parse(text: str) -> Command:
    """A command may be addressed (`/help@bot`), and its case does not matter."""
    head, _, argument = text.strip().partition(" ")
    if not head.startswith("/"):
        return Command("", text.strip())
    return Command(head[1:].partition("@")[0].lower(), argument.strip())
