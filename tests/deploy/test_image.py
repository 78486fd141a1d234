"""The Dockerfile against the tree: what it copies is there, and is all that the image's commands need."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.embedded import COMPONENTS
from tests.deploy.compose import ROOT

DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
COPIED = re.findall(r"^COPY (?!--from)(\S+) (\S+)$", DOCKERFILE, re.MULTILINE)
CODE = [source for source, target in COPIED if source == target]

MODULES = [*(f"services.{component.name}" for component in COMPONENTS), "nivaa"]

LOADED_FROM = """
import runpy, sys
from pathlib import Path

try:
    module = sys.argv.pop(1)
    runpy.run_module(module, run_name="__main__", alter_sys=True)
except SystemExit as end:
    assert not end.code
ours = {"deploy", "nivaa", "services", "shared", "tests", "tools"}
files = {name: module.__file__ for name, module in sys.modules.items() if name.partition(".")[0] in ours}
strangers = {name: file for name, file in files.items() if file and Path.cwd() not in Path(file).parents}
assert not strangers, strangers
# An ORM takes memory and time to load; what has no tables does without.
assert (module == "services.gateway") == ("tortoise" not in sys.modules)
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image's folder of code."""
    folder = tmp_path_factory.mktemp("app")
    for source in CODE:
        shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_what_is_copied_is_there_and_not_ignored() -> None:
    kept = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    assert {source for source, _ in COPIED} == kept
    assert [source for source in kept if not (ROOT / source).exists()] == []


@pytest.mark.parametrize("module", MODULES)
def test_a_command_needs_nothing_but_what_is_copied(module: str, image: Path) -> None:
    command = [sys.executable, "-c", LOADED_FROM, module, "--help"]
    done = subprocess.run(
        command, cwd=image, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_packages_are_the_pinned_ones() -> None:
    assert "--require-hashes --requirement requirements.lock" in DOCKERFILE
    assert [image for image in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) if ":" not in image] == []


def test_invoices_are_drawn_with_what_make_run_installs() -> None:
    [installed] = re.findall(r"apt-get install --yes --no-install-recommends (.+?) +&&", DOCKERFILE)
    renderer = (ROOT / "setup/renderer.sh").read_text()
    [fonts] = re.findall(r"^fonts=\((.+)\)$", renderer, re.MULTILINE)
    assert installed.split() == ["wkhtmltopdf", *fonts.split()]


def test_nothing_runs_as_root() -> None:
    [user] = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    [uid] = re.findall(rf"useradd --uid (\d+) .*{user} ", DOCKERFILE)
    assert int(uid) > 0
    assert DOCKERFILE.index("USER ") > DOCKERFILE.rindex("RUN ")
