"""Nothing secret is ever written down: the output of real processes at debug level, in and out of trouble."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from shared.auth.keys import KeyFile
from shared.auth.tokens import TokenIssuer
from shared.auth.viewer import Role, Viewer
from tests.servers.process import free_port
from tests.system.server_process import ServerProcess, surroundings

NOWHERE = "127.0.0.1:9"
BOT_TOKEN = "7000000001:AAsecretofthebot-sEcReT-sEcReT-sEcR"
LINK = "/files/invoices/2026-10/x.pdf?expires=9999999999&signature=sEcReTsignature"


async def test_a_server_writes_no_secret_down(tmp_path: Path) -> None:
    """Its bot's server is out of reach, and what it is asked is good, forged and broken."""
    settings = {
        "NIVAA_LOG_LEVEL": "debug",
        "NIVAA_DATA_DIR": str(tmp_path / "data"),
        "NIVAA_BOT_TOKEN": BOT_TOKEN,
        "NIVAA_BOT_API_URL": f"http://{NOWHERE}",
    }
    port = free_port()
    server = ServerProcess(["services"], {**settings, "NIVAA_PORT": str(port)}, port, tmp_path / "output.txt")
    server.start()
    try:
        await until_listening(server)
        issuer = TokenIssuer(
            KeyFile.open(tmp_path / "data" / "keys.json").signing_key, "https://nivaa.invalid", "nivaa"
        )
        good = issuer.mint(Viewer(str(uuid4()), Role.COORDINATOR), datetime.now(UTC), timedelta(hours=1))
        statuses = await ask_all(server.url, good)
    finally:
        await server.stop()
    assert statuses == [200, 401, 200, 409]
    printed = server.printed()
    assert "serving" in printed
    head, _, signature = good.split(".")
    for secret in (good, signature, head, BOT_TOKEN, BOT_TOKEN.split(":")[1], "sEcReTsignature", "sEcReTname"):
        assert secret not in printed


async def until_listening(server: ServerProcess) -> None:
    """It is never ready: the bot's server is missing."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{server.url}/healthz"):
                    return
            except aiohttp.ClientError:
                assert not server.has_ended, server.printed()
                await asyncio.sleep(0.05)


async def ask_all(url: str, good: str) -> list[int]:
    query = '{ parents(search: "sEcReTname") { totalCount } invoices { totalCount } }'
    statuses = []
    async with aiohttp.ClientSession() as session:
        for token in (good, good[:-9] + "AAAAAAAAA"):
            headers = {"Authorization": f"Bearer {token}"}
            async with session.post(f"{url}/graphql", json={"query": query}, headers=headers) as response:
                statuses.append(response.status)
        broken = {"query": "{ nobody }", "variables": {"password": "sEcReTname"}}
        async with session.post(f"{url}/graphql", json=broken, headers={"Authorization": f"Bearer {good}"}) as response:
            statuses.append(response.status)
        async with session.get(url + LINK) as response:
            statuses.append(response.status)
    return statuses


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"NIVAA_BROKER_URL": "kafka://nivaa:sEcReT@host/"}, "NIVAA_BROKER_URL: begins with"),
        ({"NIVAA_FILES_URL": "ftp://nivaa:sEcReT@host/"}, "NIVAA_FILES_URL: begins with"),
        ({"PACKAGES_DATABASE_URL": "mysql://nivaa:sEcReT@host/"}, "PACKAGES_DATABASE_URL: begins with"),
        ({"NIVAA_BROKER_URL": "amqp://nivaa:sEcReT#x@host:y/"}, "NIVAA_BROKER_URL: names no port"),
        ({"NIVAA_FILES_URL": "s3:///?endpoint=sEcReT"}, "cannot start: an S3 store's URL is like"),
    ],
)
def test_a_setting_that_cannot_be_ends_the_start_with_one_line(
    tmp_path: Path, settings: Mapping[str, str], told: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.packages", "--port", "0"],
        env={**surroundings(), "NIVAA_DATA_DIR": str(tmp_path), "NIVAA_LOG_LEVEL": "warning", **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    [line] = done.stderr.splitlines()
    assert line.startswith(told)
    assert "sEcReT" not in done.stderr + done.stdout


def test_a_database_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.packages", "--port", "0"],
        env={
            **surroundings(),
            "NIVAA_DATA_DIR": str(tmp_path),
            "NIVAA_LOG_LEVEL": "debug",
            "PACKAGES_DATABASE_URL": f"postgres://nivaa:sEcReT@{NOWHERE}/packages",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "sEcReT" not in done.stderr + done.stdout
