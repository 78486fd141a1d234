"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

from shared.runtime.settings import Settings, load_settings

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="The data folder; NIVAA_DATA_DIR otherwise.")]

Token = Annotated[
    str | None,
    typer.Option("--token", help="Whom to ask as, where others issue the tokens; NIVAA_TOKEN keeps it off the screen."),
]


def overrides_of(data_dir: Path | None, **others: object) -> dict[str, object]:
    """Settings given on the command line, by their variables' names."""
    given = {"NIVAA_DATA_DIR": data_dir, **others}
    return {name: value for name, value in given.items() if value is not None}


def settings_of(data_dir: Path | None, token: str | None = None) -> Settings:
    return load_settings(Settings, overrides=overrides_of(data_dir, NIVAA_TOKEN=token))
