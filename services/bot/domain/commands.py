"""What a person wrote, as a command, and which commands are for whom."""

from dataclasses import dataclass

from shared.auth.viewer import Role

MEANINGS = {
    "mypay": "command-mypay",
    "balance": "command-balance",
    "lowpackages": "command-lowpackages",
    "language": "command-language",
    "help": "command-help",
    "stop": "command-stop",
}
"""Every command that is announced, with the text that says what it does."""

COMMANDS_OF = {
    Role.TUTOR: ("mypay", "language", "help", "stop"),
    Role.PARENT: ("balance", "lowpackages", "language", "help", "stop"),
    Role.COORDINATOR: ("lowpackages", "language", "help", "stop"),
}


@dataclass(frozen=True, slots=True)
class Command:
    """`/start abc` is Command("start", "abc"); what is no command has no name. `bot` is who was addressed by name."""

    name: str
    argument: str = ""
    bot: str = ""


def parse(text: str) -> Command:
    """A command may be addressed (`/help@bot`), more words may follow, and its case does not matter."""
    head, *rest = text.split(maxsplit=1) or [""]
    if not head.startswith("/"):
        return Command("")
    name, _, bot = head[1:].partition("@")
    return Command(name.lower(), rest[0].strip() if rest else "", bot.lower())
