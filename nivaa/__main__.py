"""The command line: `nivaa COMMAND`, or `python -m nivaa COMMAND`."""

import sys
from collections.abc import Callable
from importlib import import_module
from keyword import iskeyword
from typing import Any

import typer
from pydantic import ValidationError

from shared.errors import NivaaError
from shared.runtime.collecting import undisturbed
from shared.runtime.settings import told

COMMANDS = ("up", "token", "settings", "import", "run-monthly", "verify", "invoices", "dead-letters", "explain", "bot")
UNUSABLE_SETTINGS = 2
INTERRUPTED = 130


def main() -> None:
    try:
        command_line(sys.argv[1:])()
    except ValidationError as error:
        _end(told(error), UNUSABLE_SETTINGS)
    except NivaaError as error:
        _end(str(error), 1)
    except OSError as error:
        _end(f"{error.filename}: {error.strerror}" if error.filename else str(error), 1)
    except KeyboardInterrupt:
        _end("Stopped.", INTERRUPTED)


def command_line(arguments: list[str]) -> typer.Typer:
    """With the command that was asked for, or with all: most of what a command stands on, the others do not need."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(nivaa)
    asked = [name for name in COMMANDS if name in arguments[:1]]
    for name in asked or COMMANDS:
        command = _command(name)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def nivaa() -> None:
    """Prepaid session packages, monthly billing cycles, invoices and tutor payouts."""


def _command(name: str) -> Callable[..., Any] | typer.Typer:
    """A function, or a group of commands."""
    name_in_code = name.replace("-", "_") + "_" * iskeyword(name)
    with undisturbed():
        module = import_module(f"nivaa.commands.{name_in_code}")
    command: Callable[..., Any] | typer.Typer = getattr(module, name_in_code)
    return command


def _end(reason: str, status: int) -> None:
    typer.echo(reason, err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
