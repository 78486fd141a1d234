"""RabbitMQ: what tests need of one, and how one of our own is started."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import aio_pika

from tests.servers.apart import run_apart
from tests.servers.compose import composed
from tests.servers.ladder import Step, answering, given, installed, private
from tests.servers.process import PrivateServer, free_port, started

DEFAULTS = ("amqp://guest:guest@127.0.0.1:5672",)
DEBIAN = Path("/usr/lib/rabbitmq/bin")
CONNECT_SECONDS = 30
ADVICE = (
    "Set TEST_AMQP_URL to a server where queues may be declared (amqp://user:password@host:port), or as root: "
    "apt-get install rabbitmq-server"
)


def steps(session: ExitStack, defaults: Sequence[str] = DEFAULTS, debian: Path = DEBIAN) -> list[Step]:
    """What a step starts lasts as long as the session."""
    find = partial(binaries, debian)
    start = partial(start_private, session)
    return [
        given("TEST_AMQP_URL", check),
        answering(defaults, check),
        composed(session, "rabbitmq", 5672, "amqp://guest:guest@{}".format),
        private(find, start),
        installed("rabbitmq-server", find, start),
    ]


def check(url: str) -> None:
    """Raises unless queues may be declared there."""
    run_apart(_declare_a_queue(url))


async def _declare_a_queue(url: str) -> None:
    async with await aio_pika.connect(url, timeout=CONNECT_SECONDS) as connection, connection.channel() as channel:
        await channel.declare_queue(exclusive=True)


def binaries(debian: Path = DEBIAN) -> Path | None:
    """The folder of the scripts themselves; those on the PATH are wrappers that change the user."""
    return debian if (debian / "rabbitmq-server").exists() else None


def start_private(session: ExitStack, folder: Path) -> str:
    return started(session, PrivateRabbitMQ(folder))


class PrivateRabbitMQ(PrivateServer):
    """A node of its own, with an epmd of its own: nothing of it is shared with a RabbitMQ of the machine."""

    def __init__(self, binaries: Path, credentials: str = "guest:guest") -> None:
        super().__init__("rabbitmq")
        self._binaries = binaries
        self._credentials = credentials
        user, _, password = credentials.partition(":")
        (self.folder / "rabbitmq.conf").write_text(f"default_user = {user}\ndefault_pass = {password}\n")
        self._distribution_port = free_port()
        self._epmd_port = free_port()

    @property
    def url(self) -> str:
        return f"amqp://{self._credentials}@127.0.0.1:{self.port}"

    def command(self) -> Sequence[str | Path]:
        return [self._binaries / "rabbitmq-server"]

    def environment(self) -> Mapping[str, str]:
        at = {name: str(self.folder / name) for name in ("mnesia", "logs", "plugins", "rabbitmq", "none", "pid")}
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_RELAXED_COMMAND_CHECK": "yes",  # lets it be ended while it still remembers a killed node
            "RABBITMQ_NODENAME": f"nivaa-{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_MNESIA_BASE": at["mnesia"],
            "RABBITMQ_LOG_BASE": at["logs"],
            "RABBITMQ_PID_FILE": at["pid"],
            "RABBITMQ_ENABLED_PLUGINS_FILE": at["plugins"],
            "RABBITMQ_CONFIG_FILE": at["rabbitmq"],
            "RABBITMQ_CONF_ENV_FILE": at["none"],
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def check(self) -> None:
        check(self.url)

    def remove(self) -> None:
        """Erlang starts epmd as a daemon, which outlives the node."""
        subprocess.run(
            ["epmd", "-port", str(self._epmd_port), "-kill"], capture_output=True, check=False, env=self.environment()
        )
        super().remove()

    def control(self, *arguments: str) -> str:
        """rabbitmqctl, such as control("close_all_connections", "a test")."""
        return self.run(self._binaries / "rabbitmqctl", *arguments)
