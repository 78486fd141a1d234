"""What the bot says about itself: help, links and languages."""

from markupsafe import Markup

from services.bot.domain.catalogue import Catalogue, Catalogues
from services.bot.domain.commands import COMMANDS_OF, MEANINGS
from services.bot.domain.languages import Language
from services.bot.domain.links import LINK_LIFETIME, LinkRefusal
from services.bot.domain.messages import Button, Message, lines, paragraphs
from services.bot.domain.presses import Speak, written
from shared.auth.viewer import Role

_LONGEST_NAME = 60


def help_for(catalogue: Catalogue, role: Role) -> Message:
    return Message(lines(catalogue.text("help-heading"), *_commands(catalogue, role)))


def help_instead(catalogue: Catalogue, role: Role, command: str) -> Message:
    """For a command that there is not."""
    unknown = catalogue.text("unknown-command", command=short(command))
    return Message(paragraphs(unknown, help_for(catalogue, role).text))


def welcome(catalogue: Catalogue, role: Role, *, took_over: bool) -> Message:
    """`took_over`: the chat was somebody else's before."""
    said = [catalogue.text("welcome")]
    if took_over:
        said.append(catalogue.text("another-person-left"))
    return Message(paragraphs(*said, help_for(catalogue, role).text))


def link_refused(catalogue: Catalogue, refusal: LinkRefusal) -> Message:
    match refusal:
        case LinkRefusal.UNKNOWN:
            return Message(catalogue.text("link-unknown"))
        case LinkRefusal.USED:
            return Message(catalogue.text("link-used"))
        case LinkRefusal.EXPIRED:
            minutes = int(LINK_LIFETIME.total_seconds()) // 60
            return Message(catalogue.text("link-expired", minutes=minutes))


def which_language(catalogue: Catalogue, catalogues: Catalogues) -> Message:
    """Each language is offered in its own words."""
    offered = [_offer(catalogues[language]) for language in Language]
    return Message(catalogue.text("which-language"), (tuple(offered),))


def short(name: str, longest: int = _LONGEST_NAME) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def _commands(catalogue: Catalogue, role: Role) -> list[Markup]:
    return [
        catalogue.text("help-line", command=name, meaning=catalogue.text(MEANINGS[name])) for name in COMMANDS_OF[role]
    ]


def _offer(catalogue: Catalogue) -> Button:
    return Button(catalogue.text("language-name").unescape(), written(Speak(catalogue.language)))
