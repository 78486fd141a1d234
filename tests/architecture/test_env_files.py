"""The forms are data: what their env files say exists, and the embedded one says what is the default anyway."""

from pathlib import Path

import pytest
from dotenv import dotenv_values

from services.embedded import COMPONENTS
from shared.runtime.component import Component
from shared.runtime.settings import load_settings

ROOT = Path(__file__).parents[2]
ENV_FILES = sorted(ROOT.glob("*.env"))
KNOWN = {str(field.validation_alias) for component in COMPONENTS for field in component.settings.model_fields.values()}


@pytest.mark.parametrize("path", ENV_FILES, ids=lambda path: path.name)
def test_an_env_file_names_settings_that_exist(path: Path) -> None:
    assert set(dotenv_values(path)) - KNOWN == set()


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.name)
def test_the_embedded_form_is_the_default(component: Component) -> None:
    embedded = load_settings(component.settings, [str(ROOT / "embedded.env")])
    assert embedded == load_settings(component.settings, [])
