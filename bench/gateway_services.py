"""The gateway before our own services: what share of the work is the gateway's, in the same three classes.

Five processes on SQLite files, an organisation of 120 families. The share is of CPU time, which no neighbour on the
machine distorts: the gateway's by that of all processes that the requests went through.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.gateway import load
from bench.gateways import Gateway, Setting, ask, install, serving

SECONDS = int(os.environ.get("BENCH_SECONDS", "4"))
FIRST_PORT = 21_750
SERVICES = ("packages", "billing", "invoicing")
FAMILIES = 120
CLASSES = {
    "a": "query ($after: String) { parents(first: 10, after: $after) { nodes { id name email phone remaining } } }",
    "b": "query ($after: String) { parents(first: 20, after: $after) { nodes { name outstanding { display } } } }",
    "c": """query ($after: String) {
      parents(first: 100, after: $after) { nodes { name remaining outstanding { display } credit { display } } }
      tutors(first: 10) { nodes { name ratePerSession { display } } }
    }""",
}
PAGES = "{ parents(first: 20) { edges { cursor } } }"


def main() -> None:
    install()
    with TemporaryDirectory() as folder, at_work(Setting(Path(folder), ())) as (gateway, services, token):
        fill(gateway, token)
        cursors = [edge["cursor"] for edge in answer(gateway, token, PAGES)["parents"]["edges"]]
        print(
            f"{'class':8}{'/s':>8}{'p50 ms':>9}{'p99 ms':>9}{'gateway CPU ms':>16}{'services CPU ms':>17}{'share':>8}"
        )
        for letter, query in CLASSES.items():
            measure(letter, [body(query, after=cursor) for cursor in cursors], gateway, services, token)


def measure(letter: str, bodies: list[bytes], gateway: Gateway, services: list[Gateway], token: str) -> None:
    load(gateway, bodies, token, 2)
    before, own = sum(service.cpu_seconds() for service in services), gateway.cpu_seconds()
    found = load(gateway, bodies, token, SECONDS)
    theirs, own = sum(service.cpu_seconds() for service in services) - before, gateway.cpu_seconds() - own
    their_ms = found.cpu_ms * theirs / own
    print(
        f"{letter:8}{found.per_second:8.0f}{found.p50_ms:9.1f}{found.p99_ms:9.1f}"
        f"{found.cpu_ms:16.2f}{their_ms:17.2f}{own / (own + theirs):8.0%}"
    )


@contextmanager
def at_work(setting: Setting) -> Iterator[tuple[Gateway, list[Gateway], str]]:
    """The gateway, the services behind it, and a coordinator's token."""
    ports = {name: FIRST_PORT + number for number, name in enumerate(SERVICES)}
    told = {
        "NIVAA_DATA_DIR": str(setting.folder),
        "NIVAA_KEY_FILE": str(setting.key_file),
        "NIVAA_FREEZE": "none",
        "GATEWAY_REQUESTS_PER_MINUTE": "100000000",
        **{f"{name.upper()}_URL": f"http://127.0.0.1:{port}" for name, port in ports.items()},
    }
    token = setting.token()
    with ExitStack() as stack:
        started = [
            stack.enter_context(serving(name, _command(name, port), told, setting, port))
            for name, port in {**ports, "gateway": FIRST_PORT + len(ports)}.items()
        ]
        yield started[-1], started[:-1], token


def _command(name: str, port: int) -> list[str]:
    return [sys.executable, "-m", f"services.{name}", "--port", str(port)]


def fill(gateway: Gateway, token: str) -> None:
    parent = "mutation ($name: String!) { createParent(input: {name: $name}) { parent { id } } }"
    package = """mutation ($parent: ID!) {
      createPackage(input: {parentId: $parent, totalSessions: 20, pricePerSession: {amount: "500.00"}}) {
        sessionPackage { id }
      }
    }"""
    tutor = "mutation ($name: String!) { createTutor(input: {name: $name}) { tutor { id } } }"
    for number in range(FAMILIES):
        made = answer(gateway, token, parent, name=f"Parent Number {number}")["createParent"]["parent"]["id"]
        answer(gateway, token, package, parent=made)
    for number in range(10):
        answer(gateway, token, tutor, name=f"Tutor Number {number}")


def body(query: str, **variables: Any) -> bytes:
    return json.dumps({"query": query, "variables": variables}).encode()


def answer(gateway: Gateway, token: str, query: str, **variables: Any) -> dict[str, Any]:
    said = json.loads(ask(gateway.url, body(query, **variables), token))
    assert "errors" not in said, said
    data: dict[str, Any] = said["data"]
    return data


if __name__ == "__main__":
    main()
