"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

from shared.runtime.settings import Settings, load_settings

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="The data folder; NIVAA_DATA_DIR otherwise.")]


def overrides_of(data_dir: Path | None, **others: object) -> dict[str, object]:
    """Settings given on the command line, by their variables' names."""
    given = {"NIVAA_DATA_DIR": data_dir, **others}
    return {name: value for name, value in given.items() if value is not None}


def settings_of(data_dir: Path | None) -> Settings:
    return load_settings(Settings, overrides=overrides_of(data_dir))
