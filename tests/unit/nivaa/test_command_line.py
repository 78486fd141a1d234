"""The commands as a shell runs them, each in a process of its own."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest

from nivaa.__main__ import COMMANDS
from shared.auth.keys import KeyFile
from shared.auth.tokens import TokenVerifier
from shared.auth.viewer import MONEY_READ, Role
from shared.runtime.settings import Settings

NIVAA = (sys.executable, "-m", "nivaa")
ENVIRONMENT = {"PYTHONPATH": str(Path.cwd()), "PATH": os.environ["PATH"], "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """In a folder without an env file of ours."""
    env = ENVIRONMENT | environment
    return subprocess.run([*NIVAA, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_help_names_every_command(tmp_path: Path) -> None:
    done = run("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert [name for name in COMMANDS if name not in done.stdout] == []


async def test_a_token_verifies_by_the_local_key(tmp_path: Path) -> None:
    options = ("--role", "tutor", "--sub", "someone", "--scope", MONEY_READ, "--data-dir", "data")
    done = run("token", *options, cwd=tmp_path)
    settings = Settings()
    verifier = TokenVerifier(KeyFile.open(tmp_path / "data/keys.json"), settings.jwt_issuer, settings.jwt_audience)
    viewer = await verifier.verify(done.stdout.strip(), datetime.now(UTC))
    assert (viewer.subject, viewer.role, viewer.scopes) == ("someone", Role.TUTOR, frozenset({MONEY_READ}))


def test_a_token_needs_somebody_to_be_about(tmp_path: Path) -> None:
    done = run("token", "--role", "parent", cwd=tmp_path)
    assert done.returncode == 2
    assert "--sub" in done.stderr
    assert done.stdout == ""


def test_there_is_no_token_where_somebody_else_issues_them(tmp_path: Path) -> None:
    done = run("token", "--role", "coordinator", cwd=tmp_path, NIVAA_JWKS_URL="https://id.example/jwks")
    assert done.returncode == 1
    assert "https://id.example/jwks" in done.stderr


def test_settings_tell_where_each_value_comes_from_and_no_secret(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NIVAA_CURRENCY=EUR\nNIVAA_PORT=8010\n")
    environment = {
        "NIVAA_PORT": "8020",
        "NIVAA_BOT_TOKEN": "secret-token",
        "NIVAA_BROKER_URL": "amqp://nivaa:secret-password@broker/",
        "NIVAA_FREEZE": "none",
    }
    done = run("settings", cwd=tmp_path, **environment)
    lines = done.stdout.splitlines()
    assert "NIVAA_CURRENCY=EUR  (.env)" in lines
    assert "NIVAA_PORT=8020  (environment)" in lines
    assert "NIVAA_TIMEZONE=Asia/Kolkata  (default)" in lines
    assert "NIVAA_FREEZE=none  (environment)" in lines
    assert "NIVAA_BROKER_URL=amqp://nivaa:***@broker/  (environment)" in lines
    assert "secret-" not in done.stdout
    assert len([line for line in lines if line.startswith("NIVAA_PORT=")]) == 1


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [({"NIVAA_TIMEZONE": "Mars/Olympus"}, "Mars/Olympus"), ({"NIVAA_FREEZE": "everybody"}, "everybody")],
)
def test_an_unusable_setting_is_named(tmp_path: Path, environment: dict[str, str], complaint: str) -> None:
    done = run("settings", cwd=tmp_path, **environment)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_month_is_refused_in_words(tmp_path: Path) -> None:
    done = run("run-monthly", "2026-13", cwd=tmp_path)
    assert done.returncode == 1
    assert "2026-13" in done.stderr


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run("explain", "none.graphql", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "none.graphql: No such file or directory\n")


def test_a_closed_month_is_verified_and_a_changed_one_told(tmp_path: Path) -> None:
    assert "2025-10" in run("verify", "2025-10", cwd=tmp_path).stderr
    assert run("run-monthly", "2025-10", cwd=tmp_path).returncode == 0
    done = run("verify", "2025-10", cwd=tmp_path)
    assert (done.returncode, "2025-10 is as it was closed" in done.stdout) == (0, True)
    with sqlite3.connect(tmp_path / ".data/billing.sqlite") as database:
        database.execute("DROP TRIGGER billing_cycle_update_locked")
        database.execute("UPDATE billing_cycle SET sha256 = 'x'")
    done = run("verify", "2025-10", cwd=tmp_path)
    assert (done.returncode, "2025-10 is NOT as it was closed" in done.stdout) == (1, True)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_up_serves_until_it_is_told_to_stop(tmp_path: Path, sign: signal.Signals) -> None:
    command = [*NIVAA, "up", "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        printed = list(iter(process.stdout.readline, "Ctrl-C stops.\n"))
        address = next(line.split()[-1] for line in printed if line.startswith("health"))
        with urlopen(address) as answer:  # noqa: S310 - our own address
            assert json.load(answer)["ready"]
        process.send_signal(sign)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert rest == "Stopped.\n"
    assert any(line.startswith("export COORDINATOR=") for line in printed)


def test_a_token_of_somebody_else_is_taken(tmp_path: Path) -> None:
    """It goes as far as the issuer, who cannot be asked: without it there would have been none to ask with."""
    settings = {
        "NIVAA_JWKS_URL": "http://127.0.0.1:9/jwks",
        "NIVAA_TOKEN": "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.e30.AAAA",
    }
    by_setting = run("run-monthly", "2026-10", cwd=tmp_path, **settings)
    by_option = run("verify", "2026-10", "--token", settings.pop("NIVAA_TOKEN"), cwd=tmp_path, **settings)
    for done in (by_setting, by_option):
        assert (done.returncode, "keys that verify tokens" in done.stderr) == (1, True)
        assert "eyJ" not in done.stderr + done.stdout
