"""Operations that schemathesis makes up from a schema, and what must never come back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from graphql import (
    GraphQLSchema,
    NameNode,
    ObjectFieldNode,
    ObjectValueNode,
    build_client_schema,
    get_introspection_query,
    print_schema,
)
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

FAULTS = {"INTERNAL"}
SECONDS = 60


@dataclass
class Findings:
    """`faults` are the operations with what they were answered."""

    operations: int = 0
    answered: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Service:
    """A service at its own address, asked with a token that may do everything."""

    url: str
    token: str

    def post(self, body: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.post(f"{self.url}/graphql", json=body, headers=headers, timeout=SECONDS)

    def schema(self) -> GraphQLSchema:
        return build_client_schema(self.post({"query": get_introspection_query()}).json()["data"])


def know_values(ids: Sequence[str], types: Sequence[str]) -> None:
    """What is made up knows some things that there are, or most of it would find nothing."""
    text = st.one_of(st.text(max_size=40), st.sampled_from(["\x00", "%", "' or 1=1 --", "\U0001f600" * 9]))
    any_id = st.one_of(st.sampled_from(ids), st.sampled_from(ids), st.uuids().map(str), text)
    months = st.sampled_from(["2026-09", "2026-10", "2026-13", "0000-01", "9999-12", "x", ""])
    numbers = st.sampled_from(["450.00", "0", "-1", "1e5", "NaN", "0.001", "9" * 30, "x"])
    days = st.one_of(st.dates().map(str), st.sampled_from(["2026-02-30", "", "0001-01-01", "9999-12-31"]))
    instants = st.one_of(st.datetimes().map(lambda at: f"{at.isoformat()}Z"), st.sampled_from(["", "2026-10-01"]))
    for name, strategy in {
        "ID": any_id,
        "Month": months,
        "Decimal": numbers,
        "Date": days,
        "DateTime": instants,
    }.items():
        schemathesis.graphql.scalar(name, strategy.map(nodes.String))
    schemathesis.graphql.scalar("_Any", st.builds(_representation, st.sampled_from(types), any_id))


def _representation(type_name: str, id_: str) -> ObjectValueNode:
    fields = {"__typename": type_name, "id": id_}
    return ObjectValueNode(
        fields=tuple(
            ObjectFieldNode(name=NameNode(value=name), value=nodes.String(value)) for name, value in fields.items()
        )
    )


def fuzz(service: Service, examples: int, chance: int) -> Findings:
    """Asks that many operations, the same ones for the same `chance`."""
    made_up = schemathesis.graphql.from_file(print_schema(service.schema()))
    findings = Findings()

    @seed(chance)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(made_up.as_strategy())
    def ask(case: Any) -> None:
        findings.operations += 1
        _judge(service.post({"query": case.body}), case.body, findings)

    ask()
    return findings


def _judge(response: requests.Response, query: str, findings: Findings) -> None:
    answer = response.json() if "json" in response.headers.get("content-type", "") else {}
    codes = {error.get("extensions", {}).get("code") for error in answer.get("errors", [])}
    findings.answered += bool(answer.get("data"))
    if response.status_code >= 500 or codes & FAULTS or None in codes or not answer:
        findings.faults.append(f"{response.status_code} {sorted(map(str, codes))}\n{query}\n{response.text[:500]}")
