"""A plant for all months, and one month arranged on it, of which every test has a copy."""

from collections.abc import Iterator

import pytest

from tests.chaos.arranged import Arranger
from tests.chaos.plant import Plant


@pytest.fixture(scope="session")
def plant() -> Iterator[Plant]:
    with Plant.at_work() as plant:
        yield plant


@pytest.fixture(scope="session")
def arranger(plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arranger]:
    arranger = Arranger(plant, tmp_path_factory.mktemp("arranged"))
    yield arranger
    arranger.clear_away()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What each month came to."""
    for report in terminalreporter.getreports("passed"):
        if counts := dict(report.user_properties).get("counts"):
            terminalreporter.section(report.nodeid.rpartition("::")[2])
            for name, count in counts.items():
                terminalreporter.write_line(f"{name:12} {count}")
