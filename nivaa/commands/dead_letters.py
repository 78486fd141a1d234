"""nivaa dead-letters: events that a service could not take, listed, shown, and put back into its queue."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

import typer
import uvloop
from rich.console import Console

from nivaa.commands.options import DataDir, settings_of
from shared.errors import NotFound
from shared.messaging.broker import Broker, DeadLetter
from shared.messaging.opening import open_broker
from shared.runtime.settings import Settings

REACH_SECONDS = 10.0
QUEUES = ("packages", "billing", "invoicing", "bot")
"""Of the services that have an inbox; to ask the services themselves would take seconds to import them."""

dead_letters = typer.Typer(no_args_is_help=True, help="List, show or replay the events that a service could not take.")
Queue = Annotated[str | None, typer.Option("--queue", help="Only those of this service.")]


@dead_letters.command("list")
def list_letters(queue: Queue = None, data_dir: DataDir = None) -> None:
    """A line for each, the oldest of each service first."""
    letters = uvloop.run(_read(settings_of(data_dir), queue))
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for letter in letters:
        died_at = letter.died_at.isoformat(timespec="seconds")
        console.print(f"{letter.event.id}  {letter.queue}  {letter.event.topic}  {died_at}  {letter.reason}")
    if not letters:
        console.print("No dead letters.")


@dead_letters.command()
def show(event: UUID, queue: Queue = None, data_dir: DataDir = None) -> None:
    """One event with its content, and why each service that has it there could not take it."""
    console = Console(soft_wrap=True)
    for letter in _chosen(uvloop.run(_read(settings_of(data_dir), queue)), [event]):
        console.print(f"{letter.queue}: {letter.reason}, {letter.died_at.isoformat()}", highlight=False, markup=False)
        console.print(f"{letter.event.topic}, {letter.event.at.isoformat()}", highlight=False, markup=False)
        console.print_json(bytes(letter.event.body).decode())


@dead_letters.command()
def replay(
    events: Annotated[list[UUID] | None, typer.Argument(help="The events' identifiers.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    queue: Queue = None,
    data_dir: DataDir = None,
) -> None:
    """Put events back into their service's queue. One that fails again is a dead letter again."""
    if bool(events) == every:
        raise typer.BadParameter("name the events, or say --all")
    number = uvloop.run(_replay(settings_of(data_dir), queue, events or ()))
    typer.echo(f"Put back: {number}.")


async def _read(settings: Settings, queue: str | None) -> list[DeadLetter]:
    async with _reach_broker(settings) as broker:
        return [letter for name in _queues(queue) for letter in await broker.dead_letters(name)]


async def _replay(settings: Settings, queue: str | None, events: Sequence[UUID]) -> int:
    async with _reach_broker(settings) as broker:
        letters = [letter for name in _queues(queue) for letter in await broker.dead_letters(name)]
        chosen = _chosen(letters, events) if events else letters
        await broker.replay(chosen)
        return len(chosen)


@asynccontextmanager
async def _reach_broker(settings: Settings) -> AsyncIterator[Broker]:
    async with open_broker(settings.broker, settings.dead_letters) as broker:
        try:
            async with asyncio.timeout(REACH_SECONDS):
                await broker.check()
        except TimeoutError:
            raise ConnectionError("the broker does not answer") from None
        yield broker


def _queues(queue: str | None) -> Sequence[str]:
    if queue is None:
        return QUEUES
    if queue not in QUEUES:
        raise NotFound(f"no service called {queue}: there are {', '.join(QUEUES)}")
    return [queue]


def _chosen(letters: Sequence[DeadLetter], events: Sequence[UUID]) -> list[DeadLetter]:
    missing = set(events) - {letter.event.id for letter in letters}
    if missing:
        raise NotFound(f"no dead letter about {', '.join(sorted(map(str, missing)))}")
    return [letter for letter in letters if letter.event.id in events]
