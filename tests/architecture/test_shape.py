"""Every service has the same tree, so that who knows one knows them all."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent for path in (ROOT / "services").glob("*/component.py"))
EVERYWHERE = ("README.md", "__init__.py", "__main__.py", "component.py", "settings.py", "graphql")
WITH_DATABASE = ("tables.py", "migrations", "domain", "use_cases", "reads.py", "events.py")
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "misc", "core", "base", "lib"}


def test_the_services_are_all_there() -> None:
    assert [path.name for path in SERVICES] == ["billing", "bot", "gateway", "invoicing", "packages"]


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_a_service_has_the_shape(service: Path) -> None:
    owns_data = (service / "tables.py").exists() or (service / "migrations").exists()
    wanted = EVERYWHERE + (WITH_DATABASE if owns_data else ())
    assert [name for name in wanted if not (service / name).exists()] == []


def test_no_name_says_nothing() -> None:
    sources = [path for folder in ("shared", "services", "nivaa", "tests") for path in (ROOT / folder).rglob("*")]
    ours = (path for path in sources if "node_modules" not in path.parts)
    assert [path for path in ours if path.stem in NAMES_THAT_SAY_NOTHING and path.suffix in {"", ".py"}] == []
