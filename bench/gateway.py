"""The gateway: ours as it is shipped beside @apollo/gateway and @graphql-hive/gateway, one process each.

Three classes of queries over stub subgraphs, 200 sets of variables by turns (Hive shares equal requests in flight), 16
connections by wrk. Every gateway's answers are compared first. Rounds alternate; the medians count.
"""

import json
import os
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

from bench.gateway_stubs import GRAPH
from bench.gateways import Gateway, all_gateways, ask, make_setting, stubs

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "4"))
CONNECTIONS = 16
CLASSES = {"a": "one_subgraph", "b": "two_hops", "c": "three_subgraphs"}
ROTATING = Path(__file__).parent / "rotating.lua"
VARIABLE_SETS = 200


@dataclass(frozen=True, slots=True)
class Measured:
    per_second: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float


def main() -> None:
    with TemporaryDirectory() as folder:
        setting = make_setting(Path(folder))
        token = setting.token()
        with stubs(setting), all_gateways(setting) as gateways:
            compare(gateways, token)
            measured = by_turns(gateways, token)
            memory_mb = {gateway.name: gateway.memory_mb() for gateway in gateways}
    report(measured, memory_mb)


def bodies_of(letter: str) -> list[bytes]:
    """A request for each set of variables."""
    query = (GRAPH / f"{CLASSES[letter]}.graphql").read_text()
    return [json.dumps({"query": query, "variables": {"skip": skip}}).encode() for skip in range(VARIABLE_SETS)]


def compare(gateways: list[Gateway], token: str) -> None:
    """All give the same data for the same question, and none an error. The stubs have all their answers after it."""
    for letter in CLASSES:
        for body in bodies_of(letter):
            answers = {gateway.name: ask(gateway.url, body, token) for gateway in gateways}
            read = {name: json.loads(answer) for name, answer in answers.items()}
            assert all(answer == {"data": read["ours"]["data"]} for answer in read.values()), answers
        print(f"class {letter}: equal answers, {len(answers['ours'])} bytes")


def by_turns(gateways: list[Gateway], token: str) -> dict[str, dict[str, Measured]]:
    """Class → gateway → what was measured. Everybody is warmed up by all classes first."""
    for letter in CLASSES:
        for gateway in gateways:
            load(gateway, bodies_of(letter), token, 2)
    found: dict[str, dict[str, list[Measured]]] = defaultdict(lambda: defaultdict(list))
    for turn in range(1, ROUNDS + 1):
        for letter in CLASSES:
            for gateway in gateways:
                one = load(gateway, bodies_of(letter), token, SECONDS)
                found[letter][gateway.name].append(one)
                print(f"round {turn}  class {letter}  {gateway.name:24}{one.per_second:9.0f}/s{one.cpu_ms:9.3f} CPU ms")
    return {letter: {name: _median(each) for name, each in names.items()} for letter, names in found.items()}


def load(gateway: Gateway, bodies: Sequence[bytes], token: str, seconds: int) -> Measured:
    with NamedTemporaryFile() as file:
        file.write(b"".join(body + b"\n" for body in bodies))
        file.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=30s", "-s", str(ROTATING), gateway.url]
        told = {"BENCH_BODIES": file.name, "BENCH_TOKEN": token}
        before = gateway.cpu_seconds()
        done = subprocess.run(command, env={**os.environ, **told}, check=True, capture_output=True, text=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("MEASURED "))
    said = json.loads(line.removeprefix("MEASURED "))
    assert said["failed"] == 0, f"{gateway.name} failed {said['failed']} of {said['requests']} requests"
    cpu_ms = (gateway.cpu_seconds() - before) / max(1, said["requests"]) * 1e3
    per_second = said["requests"] / said["microseconds"] * 1e6
    return Measured(per_second, cpu_ms, said["p50_us"] / 1e3, said["p99_us"] / 1e3)


def _median(each: Iterable[Measured]) -> Measured:
    rounds = list(each)
    return Measured(
        statistics.median(one.per_second for one in rounds),
        statistics.median(one.cpu_ms for one in rounds),
        statistics.median(one.p50_ms for one in rounds),
        statistics.median(one.p99_ms for one in rounds),
    )


def report(measured: dict[str, dict[str, Measured]], memory_mb: dict[str, float]) -> None:
    for letter, names in measured.items():
        print(f"\n{f'class {letter}':24}{'/s':>10}{'CPU ms':>10}{'p50 ms':>10}{'p99 ms':>10}")
        for name, one in names.items():
            print(f"{name:24}{one.per_second:10.0f}{one.cpu_ms:10.3f}{one.p50_ms:10.1f}{one.p99_ms:10.1f}")
    print("\nmemory after it: " + ", ".join(f"{name} {taken:.0f} MB" for name, taken in memory_mb.items()))
    over = " ".join(f"{letter}_over_node={_over_node(names):.2f}" for letter, names in measured.items())
    print(f"RESULT {over} rss_mb={memory_mb['ours']:.0f}")


def _over_node(names: dict[str, Measured]) -> float:
    """Ours by the best of the others."""
    best = max(one.per_second for name, one in names.items() if name != "ours")
    return names["ours"].per_second / best if best else float("inf")


if __name__ == "__main__":
    main()
