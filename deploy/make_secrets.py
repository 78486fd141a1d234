"""`python -m deploy.make_secrets FOLDER`: what is secret, made once, as files in a folder for each container.

Running it again changes nothing and adds what is missing. A container sees its own folder only, so the files may be
read by whatever user it runs as.
"""

import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from services.gateway.workspaces.seal import Seal
from shared.auth.keys import KeyFile
from shared.files.once import write_once

SERVICES_WITH_DATABASE = ("packages", "billing", "invoicing", "bot")
SERVICES = (*SERVICES_WITH_DATABASE, "gateway")
USER = "nivaa"
"""Of RabbitMQ and of the bucket."""
SESSION_KEY = "session-key.json"
WEBHOOK = "NIVAA_BOT_WEBHOOK_SECRET"
"""What Telegram shows when it sends updates."""


def make_secrets(folder: Path) -> None:
    issued = _issued(folder / "issued")
    for container, files in _files(issued).items():
        for name, content in files.items():
            write_once(folder / container / name, content.encode(), mode=0o444)


def _issued(folder: Path) -> Mapping[str, str]:
    """Each secret by its name, from the one place where it is made."""
    KeyFile.open(folder / "keys.json")
    Seal.open(folder / SESSION_KEY)
    names = [*map(_database_password, SERVICES_WITH_DATABASE), "POSTGRES_PASSWORD", "RABBITMQ", "BUCKET", WEBHOOK]
    for name in names:
        write_once(folder / name, secrets.token_urlsafe(24).encode(), mode=0o400)
    return {name: (folder / name).read_text() for name in (*names, "keys.json", SESSION_KEY)}


def _files(issued: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    """What each container finds in its folder."""
    bucket = f"[default]\naws_access_key_id = {USER}\naws_secret_access_key = {issued['BUCKET']}\n"
    files: dict[str, dict[str, str]] = {
        "postgres": {name: issued[name] for name in issued if name.endswith("_PASSWORD")},
        "rabbitmq": {"rabbitmq.conf": f"default_user = {USER}\ndefault_pass = {issued['RABBITMQ']}\n"},
        "s3": {"USER": USER, "PASSWORD": issued["BUCKET"]},
        "bucket": {"aws-credentials": bucket},
    }
    for service in SERVICES:
        files[service] = {"keys.json": issued["keys.json"]}
    for service in SERVICES_WITH_DATABASE:
        files[service]["NIVAA_BROKER_PASSWORD"] = issued["RABBITMQ"]
        files[service][_database_password(service)] = issued[_database_password(service)]
    files["invoicing"]["aws-credentials"] = bucket
    files["bot"][WEBHOOK] = issued[WEBHOOK]
    files["gateway"][SESSION_KEY] = issued[SESSION_KEY]
    return files


def _database_password(service: str) -> str:
    return f"{service.upper()}_DATABASE_PASSWORD"


if __name__ == "__main__":
    make_secrets(Path(sys.argv[1]))
