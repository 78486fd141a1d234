"""nivaa settings: every setting with its meaning, its value and where the value comes from."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from dotenv import dotenv_values
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from rich.console import Console

from services.embedded import COMPONENTS
from shared.runtime.settings import ENV_FILES, Settings, load_settings


class Setting(NamedTuple):
    name: str
    value: str
    source: str
    meaning: str


def settings() -> None:
    """Print each setting with its meaning, value and source."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for setting in sorted(set(known_settings())):
        console.print(f"{setting.name}={setting.value}  ({setting.source})", style="bold")
        console.print(f"    {setting.meaning}")


def known_settings() -> Iterator[Setting]:
    """Of everything that one process can host; what they share comes once for each."""
    for component in COMPONENTS:
        loaded = load_settings(component.settings)
        for field_name, field in component.settings.model_fields.items():
            yield _setting(loaded, field_name, field)


def _setting(loaded: Settings, field_name: str, field: FieldInfo) -> Setting:
    name = str(field.validation_alias)
    return Setting(
        name, _shown(getattr(loaded, field_name)), _source(name, loaded.secrets_dir), field.description or ""
    )


def _source(name: str, secrets_dir: Path) -> str:
    if os.environ.get(name):
        return "environment"
    if (secrets_dir / name).is_file():
        return f"{secrets_dir / name}"
    holders = [file for file in ENV_FILES if Path(file).exists() and dotenv_values(file).get(name)]
    return holders[-1] if holders else "default"


def _shown(value: object) -> str:
    """As it would be written in an env file; what is secret is only said to be there."""
    match value:
        case SecretStr():
            return "(set)" if value.get_secret_value() else ""
        case frozenset():
            return ",".join(sorted(map(str, value))) or "none"
        case str() if "://" in value:
            return _without_password(value)
    return "" if value is None else str(value)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@")))
