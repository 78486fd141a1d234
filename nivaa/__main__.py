"""The command line: `nivaa COMMAND`, or `python -m nivaa COMMAND`."""

import sys

import typer
from pydantic import ValidationError

from nivaa.commands.run_monthly import run_monthly
from nivaa.commands.settings import settings
from nivaa.commands.token import token
from nivaa.commands.up import up
from shared.errors import NivaaError

UNUSABLE_SETTINGS = 2

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for command in (up, token, settings, run_monthly):
    app.command()(command)


@app.callback()
def _nivaa() -> None:
    """Prepaid session packages, monthly billing cycles, invoices and tutor payouts."""


def main() -> None:
    try:
        app()
    except ValidationError as error:
        _end(str(error), UNUSABLE_SETTINGS)
    except (NivaaError, OSError) as error:
        _end(str(error), 1)


def _end(reason: str, status: int) -> None:
    typer.echo(reason, err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
