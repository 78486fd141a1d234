"""nivaa token: a token for development, on standard output and nothing else there."""

from pathlib import Path
from typing import Annotated

import typer

from nivaa.commands.options import DataDir, settings_of
from nivaa.demo.faces import faces_of
from nivaa.tokens import mint
from shared.auth.viewer import Role, Viewer


def token(
    role: Annotated[Role, typer.Option(help="Whose workspace.")],
    sub: Annotated[
        str | None, typer.Option(help="The person's identifier; one of the demo's people otherwise.")
    ] = None,
    scope: Annotated[list[str] | None, typer.Option(help="Such as money:read; may be given again.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Print a token signed with the embedded form's local key."""
    settings = settings_of(data_dir)
    typer.echo(mint(settings, Viewer(sub or _demo_subject(settings.data_dir, role), role, frozenset(scope or ()))))


def _demo_subject(data_dir: Path, role: Role) -> str:
    face = faces_of(data_dir).get(role)
    if face is None:
        raise typer.BadParameter(f"no demo in {data_dir}: say which {role} with --sub")
    return face.subject
