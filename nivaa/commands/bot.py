"""nivaa bot: the bot's dialogue without Telegram."""

from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from nivaa.commands.options import DataDir, overrides_of
from nivaa.demo.faces import faces_of
from nivaa.reaching import reach_peer
from nivaa.talking import TerminalChats, typed
from nivaa.talking import talk as talk_in_terminal
from nivaa.tokens import local_issuer
from services.bot.asking import Gateway, issuer_of
from services.bot.catalogues import read_catalogues
from services.bot.dialogue import Dialogue
from services.bot.domain.languages import Language
from services.bot.reads import LinkedPerson
from services.bot.settings import BotSettings
from shared.auth.viewer import Role, Viewer
from shared.clock import SystemClock
from shared.runtime.logging import configure_logging
from shared.runtime.settings import load_settings

bot = typer.Typer(no_args_is_help=True, help="The bot, for those without Telegram.")


@bot.callback()
def group() -> None:
    """The bot, for those without Telegram."""


@bot.command()
def talk(
    who: Annotated[
        str, typer.Option("--as", metavar="ROLE:ID", help="Such as tutor:ID; without an ID one of the demo's people.")
    ],
    language: Annotated[Language, typer.Option(help="The one to begin in.")] = Language.ENGLISH,
    data_dir: DataDir = None,
) -> None:
    """Talk with the bot as a person would in Telegram; a number presses the button that it stands before."""
    settings = load_settings(BotSettings, overrides=overrides_of(data_dir))
    uvloop.run(_talk(settings, _person(who, language, settings.data_dir)))


async def _talk(settings: BotSettings, person: LinkedPerson) -> None:
    configure_logging("warning")
    console = Console(highlight=False, markup=False, soft_wrap=True)
    chats = TerminalChats(person)
    issuer = issuer_of(settings, local_issuer(settings))
    async with reach_peer(settings) as peer:
        dialogue = Dialogue(
            chats=chats,
            gateway=Gateway(peer, issuer).ask,
            catalogues=read_catalogues(settings.locale),
            clock=SystemClock(),
            zone=settings.zone,
        )
        await talk_in_terminal(dialogue, chats, console, typed(console))


def _person(who: str, language: Language, data_dir: Path) -> LinkedPerson:
    name, _, subject = who.partition(":")
    roles = {role.value: role for role in (Role.PARENT, Role.TUTOR, Role.COORDINATOR)}
    if name not in roles:
        raise typer.BadParameter(f"{who}: not like tutor:ID, parent:ID or coordinator:ID")
    viewer = Viewer(subject or _demo_subject(data_dir, roles[name]), roles[name])
    if viewer.role is not Role.COORDINATOR and viewer.person_id is None:
        raise typer.BadParameter(f"{subject}: not the ID of a {name}")
    return LinkedPerson(viewer.subject, viewer.role, language)


def _demo_subject(data_dir: Path, role: Role) -> str:
    face = faces_of(data_dir).get(role)
    if face is None:
        raise typer.BadParameter(f"no demo in {data_dir}: say which {role} after a colon")
    return face.subject
