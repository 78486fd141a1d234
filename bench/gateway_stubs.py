"""Subgraphs that cost next to nothing: `python -m bench.gateway_stubs PORT PORT PORT`.

Each distinct request body is executed once by graphql-core and answered from memory ever after, so any gateway's way of
asking is answered rightly, and what is measured is the gateway.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import httptools
import uvloop
from graphql import DocumentNode, ExecutionResult, GraphQLSchema, build_ast_schema, execute_sync, parse

GRAPH = Path(__file__).parent / "gateway_graph"
_MACHINERY = """
scalar _Any
directive @link(url: String!, import: [String]) on SCHEMA
directive @key(fields: String!, resolvable: Boolean) repeatable on OBJECT
union _Entity = {entities}
extend type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}
"""
Record = dict[str, Any]


def sdl_of(name: str) -> str:
    return (GRAPH / f"{name}.graphql").read_text()


def _parent(number: int) -> Record:
    children = [{"name": f"Child {number}.{each}", "grade": each + 3} for each in range(2)]
    parent = {"id": f"parent-{number}", "name": f"Parent Number {number}", "children": children}
    return {**parent, "email": f"parent{number}@example.org" if number % 5 else None}


def _package(number: int) -> Record:
    return {
        "id": f"package-{number}",
        "title": f"Twenty sessions of {number}",
        "remaining": number % 20,
        "price": 9999.5,
    }


def _tutor(number: int) -> Record:
    return {"id": f"tutor-{number}", "name": f"Tutor Number {number}", "subject": "Mathematics", "rate": 600.25}


def _invoice(number: int) -> Record:
    return {
        "id": f"invoice-{number}",
        "number": f"NV/2627/{number:06}",
        "status": ("ISSUED", "PAID", "VOID")[number % 3],
        "total": 1234.5 + number,
        "dueOn": "2026-11-15",
        "lines": [{"description": f"Mathematics, session {each}", "sessions": 1, "amount": 411.5} for each in range(3)],
        "parent": {"id": f"parent-{number}"},
        "package": {"id": f"package-{number}"},
        "tutor": {"id": f"tutor-{number}"},
    }


ROOTS: Mapping[str, Callable[[int], Record]] = {"parents": _parent, "invoices": _invoice, "tutors": _tutor}
ENTITIES: Mapping[str, dict[str, Callable[[int], Record]]] = {
    "packages": {"Parent": _parent},
    "billing": {"Invoice": _invoice},
    "invoicing": {"Tutor": _tutor, "Package": _package},
}


def _schema(name: str) -> GraphQLSchema:
    machinery = _MACHINERY.format(entities=" | ".join(ENTITIES[name]))
    schema = build_ast_schema(parse(sdl_of(name) + machinery), assume_valid_sdl=True)
    query = schema.query_type
    assert query is not None
    for field_name, field in query.fields.items():
        if field_name in ROOTS:
            field.resolve = _listing(ROOTS[field_name])
    query.fields["_entities"].resolve = lambda _source, _info, representations: [
        _entity(ENTITIES[name], one) for one in representations
    ]
    return schema


def _listing(make: Callable[[int], Record]) -> Callable[..., list[Record]]:
    return lambda _source, _info, first, skip: [make(number) for number in range(skip, skip + first)]


def _entity(makers: Mapping[str, Callable[[int], Record]], representation: Record) -> Record:
    kind = representation["__typename"]
    return {"__typename": kind, **makers[kind](int(representation["id"].rpartition("-")[2]))}


class Stub:
    """One subgraph; `answers` are whole HTTP responses by request body."""

    def __init__(self, name: str) -> None:
        self._schema = _schema(name)
        self._answers: dict[bytes, bytes] = {}
        self._documents: dict[str, DocumentNode] = {}

    def answer(self, body: bytes) -> bytes:
        known = self._answers.get(body)
        if known is None:
            known = self._answers[body] = self._execute(body)
        return known

    def _execute(self, request: bytes) -> bytes:
        asked = json.loads(request)
        text = asked["query"]
        document = self._documents.get(text) or self._documents.setdefault(text, parse(text))
        values, name = asked.get("variables"), asked.get("operationName")
        result = execute_sync(self._schema, document, variable_values=values, operation_name=name)
        assert isinstance(result, ExecutionResult)
        body = json.dumps(result.formatted, separators=(",", ":")).encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        return head.encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, stub: Stub) -> None:
        self._stub = stub
        self._body = b""
        self._parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: Any) -> None:  # uvloop's is no asyncio.Transport
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        body, self._body = self._body, b""
        self._transport.write(self._stub.answer(body))


async def _serve(ports: list[int]) -> None:
    loop = asyncio.get_running_loop()
    stubs = [Stub(name) for name in ENTITIES]
    servers = [
        await loop.create_server(partial(_Connection, stub), "127.0.0.1", port)
        for stub, port in zip(stubs, ports, strict=True)
    ]
    assert servers
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve([int(port) for port in sys.argv[1:]]))
