"""Gateways as processes: ours as it is shipped, and two that run on node. All over the same supergraph and stubs."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from bench.gateway_stubs import ENTITIES, sdl_of
from shared.auth.keys import KeyFile
from shared.auth.tokens import TokenIssuer
from shared.auth.viewer import Role, Viewer
from shared.runtime.settings import Settings
from tools.supergraph.composition import SubgraphSchema, compose

HERE = Path(__file__).parent
NODE_GATEWAYS = HERE / "node_gateways"
FIRST_PORT = 21_700
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Setting:
    """Where everything is: three stubs, the supergraph over them, a token that ours takes."""

    folder: Path
    ports: Sequence[int]

    @property
    def supergraph(self) -> Path:
        return self.folder / "supergraph.graphql"

    @property
    def key_file(self) -> Path:
        return self.folder / "keys.json"

    def token(self) -> str:
        settings = Settings()
        issuer = TokenIssuer(KeyFile.open(self.key_file).signing_key, settings.jwt_issuer, settings.jwt_audience)
        return issuer.mint(Viewer(str(uuid4()), Role.COORDINATOR), datetime.now(UTC), timedelta(hours=2))


@dataclass(slots=True)
class Gateway:
    """One that answers at `url`."""

    name: str
    url: str
    process: subprocess.Popen[bytes]

    def memory_mb(self) -> float:
        """What of it is in memory now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        assert found is not None
        return int(found[1]) / 1024

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def make_setting(folder: Path) -> Setting:
    setting = Setting(folder, range(FIRST_PORT, FIRST_PORT + len(ENTITIES)))
    composed = compose(
        SubgraphSchema(name, f"http://127.0.0.1:{port}/graphql", sdl_of(name))
        for name, port in zip(ENTITIES, setting.ports, strict=True)
    )
    setting.supergraph.write_text(composed)
    return setting


@contextmanager
def stubs(setting: Setting) -> Iterator[None]:
    command = [sys.executable, "-m", "bench.gateway_stubs", *map(str, setting.ports)]
    with _running(command, {}, setting.folder / "stubs.log"):
        yield


@contextmanager
def ours(setting: Setting, port: int) -> Iterator[Gateway]:
    """`python -m services.gateway`, the stubs in the place of our services."""
    urls = {
        f"{name.upper()}_URL": f"http://127.0.0.1:{stub}" for name, stub in zip(ENTITIES, setting.ports, strict=True)
    }
    told = {
        "GATEWAY_SUPERGRAPH": str(setting.supergraph),
        "GATEWAY_REQUESTS_PER_MINUTE": "100000000",  # counted, but one person makes them all
        "NIVAA_KEY_FILE": str(setting.key_file),
        "NIVAA_DATA_DIR": str(setting.folder / "data"),
        **urls,
    }
    command = [sys.executable, "-m", "services.gateway", "--port", str(port)]
    with serving("ours", command, told, setting, port) as gateway:
        yield gateway


@contextmanager
def apollo(setting: Setting, port: int) -> Iterator[Gateway]:
    command = ["node", str(NODE_GATEWAYS / "apollo.mjs"), str(setting.supergraph), str(port)]
    with serving("apollo", command, {"NODE_ENV": "production"}, setting, port) as gateway:
        yield gateway


@contextmanager
def hive(setting: Setting, port: int, *options: str) -> Iterator[Gateway]:
    """As fast as its manual makes it: compiled documents, no work but the requests'."""
    command = [
        *("node", str(NODE_GATEWAYS / "node_modules/@graphql-hive/gateway/dist/bin.js"), "supergraph"),
        *(str(setting.supergraph), "--host", "127.0.0.1", "--port", str(port), "--fork", "1", "--jit", *options),
    ]
    told = {"NODE_ENV": "production", "LOG_LEVEL": "error"}
    name = "hive, router runtime" if options else "hive"
    with serving(name, command, told, setting, port) as gateway:
        yield gateway


@contextmanager
def hive_with_its_router(setting: Setting, port: int) -> Iterator[Gateway]:
    """Hive with the planner and the execution of its router, which are written in Rust."""
    with hive(setting, port, "--hive-router-runtime") as gateway:
        yield gateway


CONTESTANTS = {"ours": ours, "apollo": apollo, "hive": hive, "hive, router runtime": hive_with_its_router}


@contextmanager
def all_gateways(setting: Setting) -> Iterator[list[Gateway]]:
    install()
    with ExitStack() as stack:
        first = FIRST_PORT + 10
        yield [
            stack.enter_context(contestant(setting, first + number))
            for number, contestant in enumerate(CONTESTANTS.values())
        ]


def install() -> None:
    if not (NODE_GATEWAYS / "node_modules").exists():
        subprocess.run(["npm", "ci", "--prefix", NODE_GATEWAYS], check=True, stdout=subprocess.DEVNULL)
    if shutil.which("wrk") is None:
        raise SystemExit("the load comes from wrk: apt-get install wrk")


@contextmanager
def serving(
    name: str, command: Sequence[str], told: Mapping[str, str], setting: Setting, port: int
) -> Iterator[Gateway]:
    log = setting.folder / f"{port}.log"
    with _running(command, told, log) as process:
        _wait_for(port, process, log)
        yield Gateway(name, f"http://127.0.0.1:{port}/graphql", process)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until somebody listens."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"nobody listens at {port}:\n{log.read_text()[-2000:]}")


def ask(url: str, body: bytes, token: str) -> bytes:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as response:  # noqa: S310
        answer: bytes = response.read()
        return answer


@contextmanager
def _running(command: Sequence[str], told: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, env={**os.environ, **told}, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
