"""docker-compose.yml as data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
ENV_FILE = ROOT / "distributed.env"
SECRETS = "/run/secrets"


@dataclass(frozen=True)
class Container:
    """One of the file's services."""

    name: str
    spec: Mapping[str, Any]

    @property
    def is_ours(self) -> bool:
        return bool(self.spec["image"] == "nivaa")

    @property
    def command(self) -> list[str]:
        return [str(part) for part in self.spec.get("command", ())]

    @property
    def environment(self) -> Mapping[str, str]:
        """What the container sees: the env file first, then what stands beside it."""
        from_file = dotenv_values(ROOT / self.spec["env_file"]) if "env_file" in self.spec else {}
        return {name: value or "" for name, value in {**from_file, **self.spec.get("environment", {})}.items()}

    @property
    def waits_for(self) -> Mapping[str, str]:
        """The condition, by the container that is waited for."""
        return {name: wait["condition"] for name, wait in self.spec.get("depends_on", {}).items()}

    @property
    def ports(self) -> list[str]:
        return list(self.spec.get("ports", ()))

    @property
    def secrets_folder(self) -> str | None:
        """The folder of the volume of secrets that it sees."""
        for mount in self.mounts():
            if mount["target"] == SECRETS:
                assert mount["read_only"]
                folder: str = mount["volume"]["subpath"]
                return folder
        return None

    def mounts(self) -> Iterator[Mapping[str, Any]]:
        for mount in self.spec.get("volumes", ()):
            if isinstance(mount, str):
                source, target, *options = mount.split(":")
                kind = "bind" if source.startswith(".") else "volume"
                yield {"type": kind, "source": source, "target": target, "read_only": options == ["ro"]}
            else:
                yield mount


def containers() -> dict[str, Container]:
    return {name: Container(name, spec) for name, spec in document()["services"].items()}


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return loaded
