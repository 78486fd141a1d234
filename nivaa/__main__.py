"""The command line: `nivaa COMMAND`, or `python -m nivaa COMMAND`."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer
from pydantic import ValidationError

from shared.errors import NivaaError

COMMANDS = ("up", "token", "settings", "run-monthly")
UNUSABLE_SETTINGS = 2
INTERRUPTED = 130


def main() -> None:
    try:
        command_line(sys.argv[1:])()
    except ValidationError as error:
        _end(str(error), UNUSABLE_SETTINGS)
    except (NivaaError, OSError) as error:
        _end(str(error), 1)
    except KeyboardInterrupt:
        _end("Stopped.", INTERRUPTED)


def command_line(arguments: list[str]) -> typer.Typer:
    """With the command that was asked for, or with all: most of what a command stands on, the others do not need."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(nivaa)
    asked = [name for name in COMMANDS if name in arguments[:1]]
    for name in asked or COMMANDS:
        app.command(name)(_command(name))
    return app


def nivaa() -> None:
    """Prepaid session packages, monthly billing cycles, invoices and tutor payouts."""


def _command(name: str) -> Callable[..., Any]:
    function_name = name.replace("-", "_")
    command: Callable[..., Any] = getattr(import_module(f"nivaa.commands.{function_name}"), function_name)
    return command


def _end(reason: str, status: int) -> None:
    typer.echo(reason, err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
