"""Somebody who asks everything, by every way in, and writes down whatever comes back."""

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from uuid import uuid4

import aiohttp
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, GraphQLUnionType, get_named_type
from starlette.routing import BaseRoute, Route

from services.gateway.federation import load_supergraph
from shared.auth.viewer import Viewer
from shared.runtime.host import Host
from shared.runtime.peers import InProcessPeer
from tests.crawl.questions import Asker, May, Name, Question, enum_values, found, is_there
from tests.streams import event_source
from tools.supergraph.subgraphs import SUPERGRAPH

SCHEMA = load_supergraph(SUPERGRAPH.read_text()).api_schema
REFUSED = {"reinstatePackage"}
"""What this organisation has no occasion for: it is refused, in words that are written down as well."""
MOST_PAGES = 25
_UNTOLD = ("content-length", "date", "content-security-policy", "set-cookie", "etag")
_HIDDEN = re.compile(r'name="(form_token|next|role|person)" value="([^"]*)"')
_LINK = re.compile(r'(?:href|action|src)="(/[^"#]*)')


@dataclass(frozen=True)
class Heard:
    """`who` asked `what` by `way`, and this came back, headers and all."""

    who: str
    way: str
    what: str
    content: bytes


@dataclass
class Record:
    """What was asked and heard while money was as `phase` says, and where two ways of answering differed."""

    phase: str
    heard: list[Heard] = field(default_factory=list)
    asked: set[Name] = field(default_factory=set)
    told: dict[str, set[Name]] = field(default_factory=lambda: defaultdict(set))
    seen: dict[str, set[Name]] = field(default_factory=lambda: defaultdict(set))
    ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    links: set[str] = field(default_factory=set)
    compared: int = 0
    differences: list[tuple[object, ...]] = field(default_factory=list)

    def note(self, who: str, way: str, what: str, content: bytes | str, headers: Mapping[str, str] = {}) -> None:
        told = "\n".join(f"{name}: {value}" for name, value in headers.items() if name.lower() not in _UNTOLD)
        text = content.encode() if isinstance(content, str) else content
        self.heard.append(Heard(who, way, what, text))
        if told:
            self.heard.append(Heard(who, f"{way}, headers", what, told.encode()))

    def read(self, schema: GraphQLSchema, who: str, kind: str, data: Any) -> None:
        """Which fields an answer has; its ids and links are for questions to come."""
        for (type_name, name), value in found(schema, kind, data):
            if is_there(value):
                self.seen[who].add((type_name, name))
                if name == "id":
                    self.ids[type_name].add(str(value))
                if (type_name, name) == ("Document", "url"):
                    self.links.add(str(value))


@dataclass
class Crawler:
    host: Host
    url: str
    http: aiohttp.ClientSession
    record: Record
    token: Callable[[Viewer], str]
    months: tuple[str, str]

    async def ask(
        self, who: str, viewer: Viewer | None, question: Question, way: str = "POST", **variables: Any
    ) -> dict[str, Any]:
        given = {"month": self.months[0], **variables}
        body = {"query": question.document, "variables": {name: given[name] for name in question.variables}}
        headers = {"Authorization": f"Bearer {self.token(viewer)}"} if viewer else {}
        sent: dict[str, Any] = {"json": body}
        if way == "GET":
            sent = {"params": {"query": question.document, "variables": json.dumps(body["variables"])}}
        async with self.http.request(way, f"{self.url}/graphql", headers=headers, **sent) as response:
            content = await response.read()
        self.record.note(who, way, f"{question.document[:300]} {variables}", content, response.headers)
        self.record.asked |= question.fields
        self.record.told[who] |= question.fields
        answer: dict[str, Any] = json.loads(content)
        kind = "Mutation" if question.document.startswith("mutation") else "Query"
        self.record.read(SCHEMA, who, kind, answer.get("data") or {})
        return answer

    async def act(self, mutation: str, who: str, viewer: Viewer, arguments: Mapping[str, Any]) -> dict[str, Any]:
        question = Asker(SCHEMA).of_root("Mutation", mutation, 2, {name: f"${name}" for name in arguments})
        answer = await self.ask(who, viewer, question, **arguments)
        if answer.get("data") is None:
            if mutation in REFUSED:
                return {}
            raise Refusal(mutation, answer)
        result: dict[str, Any] = answer["data"][mutation]
        return result

    async def ask_fields(self, who: str, viewer: Viewer, may: May) -> None:
        """Every root field by some ids and months, and every type; what is refused with others again without them."""
        everything, allowed = Asker(SCHEMA), Asker(SCHEMA, may)
        for name, asked in root_fields(SCHEMA).items():
            depth = 2 if "month" in asked.args else 1
            for arguments, variables in self.ways_to_ask(asked):
                answer = await self.ask(who, viewer, everything.of_root("Query", name, depth, arguments), **variables)
                if answer.get("errors") and may(("Query", name)):
                    await self.ask(who, viewer, allowed.of_root("Query", name, depth, arguments), **variables)
        for type_ in object_types(SCHEMA):
            for asker, enough in ((everything, self.record.told[who]), (allowed, self.record.seen[who])):
                for question in asker.of_type(type_.name):
                    if not question.fields <= enough:
                        await self.ask(who, viewer, question)

    def ways_to_ask(self, asked: GraphQLField) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
        given = {key: value for key, value in (("first", "100"), ("withdrawn", "true")) if key in asked.args}
        if "id" in asked.args:
            ids = self.some_ids(get_named_type(asked.type).name)
            yield from (({"id": "$id"}, {"id": id_}) for id_ in ids)
        elif "month" in asked.args:
            yield from (({"month": "$month"}, {"month": month}) for month in self.months)
        else:
            yield given, {}

    def some_ids(self, kind: str) -> list[str]:
        """Of both worlds, which came to be one after the other, and one of nothing."""
        known = sorted(self.record.ids[kind])
        return [*dict.fromkeys(known[:2] + known[-2:]), str(uuid4())]

    async def ask_arguments(self, who: str, viewer: Viewer, words: Iterable[str], cursors: Iterable[str]) -> None:
        """Every order, every filter by every value of its enumeration or id, searches, and pages after others' ends."""
        for name, asked in root_fields(SCHEMA).items():
            for argument, value in self._arguments(asked.args, words, cursors):
                question = Asker(SCHEMA).of_root("Query", name, 0, {argument: value, "first": "100"})
                await self.ask(who, viewer, question)

    def _arguments(
        self, arguments: Mapping[str, Any], words: Iterable[str], cursors: Iterable[str]
    ) -> Iterable[tuple[str, str]]:
        for name, argument in arguments.items():
            yield from ((name, value) for value in enum_values(argument))
            if name in ("search", "number"):
                yield from product([name], map(json.dumps, words))
            if name == "after":
                yield from product([name], map(json.dumps, cursors))
            if name == "filter":
                for key, inner in get_named_type(argument.type).fields.items():
                    values = [*enum_values(inner), *self._values(key, get_named_type(inner.type).name)]
                    yield from ((name, f"{{ {key}: {value} }}") for value in values)

    def _values(self, key: str, kind: str) -> list[str]:
        of = {"parentId": "Parent", "childId": "Child", "tutorId": "Tutor", "sessionPackageId": "SessionPackage"}
        if kind == "ID":
            return [json.dumps(value) for value in self.some_ids(of.get(key, "Session"))]
        known = {"Month": [json.dumps(self.months[0])], "MoneyInput": ['{ amount: "1" }'], "Boolean": ["true", "false"]}
        return known.get(kind, [])

    async def ask_entities(self, who: str, viewer: Viewer, service: str, schema: GraphQLSchema) -> None:
        """Each service directly, past the gateway, for every entity that there is and one that there is not."""
        for type_name, references in entity_references(self, schema):
            question = Asker(schema).of_entity(type_name)
            body = {"query": question.document, "variables": {"r": references, "month": self.months[0]}}
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token(viewer)}"}
            peer = InProcessPeer(service, self.host.apps.__getitem__)
            answer = await peer.request("POST", "/graphql", headers, json.dumps(body).encode())
            self.record.note(who, f"{service} directly", json.dumps(references), answer.body, answer.headers)
            for entity in (json.loads(answer.body).get("data") or {}).get("_entities") or []:
                if entity:
                    self.record.read(schema, who, type_name, entity)

    async def get(self, who: str, viewer: Viewer | None, path: str) -> None:
        headers = {"Authorization": f"Bearer {self.token(viewer)}"} if viewer else {}
        address = path if "://" in path else self.url + path
        async with self.http.get(address, headers=headers, allow_redirects=False) as response:
            self.record.note(who, "GET", path, await response.read(), response.headers)

    async def post(self, who: str, viewer: Viewer | None, path: str, body: Any, **headers: str) -> None:
        if viewer:
            headers["Authorization"] = f"Bearer {self.token(viewer)}"
        async with self.http.post(self.url + path, json=body, headers=headers) as response:
            self.record.note(who, "POST", path, await response.read(), response.headers)

    def addresses(self) -> list[str]:
        """Every page and file that the gateway has a route for."""
        app: Any = self.host.apps["gateway"]
        while not hasattr(app, "routes"):
            app = app._app  # what stands before the routes
        routes: list[BaseRoute] = app.routes
        paths = [route.path for route in routes if isinstance(route, Route) and "GET" in (route.methods or ())]
        return [path for path in paths if path != "/graphql"]

    async def browse(self, who: str, role: str, person: str) -> int:
        """Signs in as a person, and reads every page and whatever the pages lead to; gives how many there were."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            async with browser.get(f"{self.url}/sign-in") as response:
                form = dict(_HIDDEN.findall(await response.text()))
            form |= {"role": role, "person": person, "next": ""}
            async with browser.post(f"{self.url}/sign-in", data=form, allow_redirects=False) as response:
                assert response.status == 303, await response.text()
            waiting = [path for path in self.addresses() if "{" not in path and not path.startswith("/sign")]
            visited: set[str] = set()
            while waiting and len(visited) < MOST_PAGES:
                path = waiting.pop(0)
                if path in visited or path.startswith(("/assets", "/sign")):
                    continue
                visited.add(path)
                waiting += await self._read_page(browser, who, path)
            return len(visited)

    async def _read_page(self, browser: aiohttp.ClientSession, who: str, path: str) -> list[str]:
        async with browser.get(f"{self.url}{path}", allow_redirects=False) as response:
            if response.content_type == "text/event-stream":
                return []
            content = await response.read()
            self.record.note(who, "page", path, content, response.headers)
            if (onward := response.headers.get("location", "")).startswith("/"):
                return [onward]
        return [link.replace("&amp;", "&") for link in _LINK.findall(content.decode(errors="replace"))]

    @asynccontextmanager
    async def listening(self, who: str, viewer: Viewer, subscription: str, **variables: Any) -> AsyncIterator[None]:
        """What is heard over an event stream and a WebSocket meanwhile is written down at the end."""
        question = Asker(SCHEMA).of_root("Subscription", subscription, 2, {name: f"${name}" for name in variables})
        given = {"month": self.months[0], **variables}
        given = {name: given[name] for name in question.variables}
        self.record.asked |= question.fields
        token = self.token(viewer)
        async with (
            event_source(self.http, self.url, token, question.document, **given) as source,
            self.http.ws_connect(f"{self.url}/graphql", protocols=["graphql-transport-ws"]) as socket,
        ):
            await socket.send_json({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})
            assert (await socket.receive_json())["type"] == "connection_ack"
            await socket.send_json(
                {"id": "1", "type": "subscribe", "payload": {"query": question.document, "variables": given}}
            )
            yield
            for _ in range(2):
                streamed = await source.next()
                self.record.note(who, "event stream", subscription, json.dumps(streamed, ensure_ascii=False))
                self.record.read(SCHEMA, who, "Subscription", streamed.get("data") or {})
                message = await socket.receive_json(timeout=20)
                self.record.note(who, "WebSocket", subscription, json.dumps(message, ensure_ascii=False))


class Refusal(AssertionError):
    """A mutation that the organisation's life needs was refused."""


def entity_references(crawler: Crawler, schema: GraphQLSchema) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """By each type that a service has entities of."""
    union = schema.type_map.get("_Entity")
    for type_ in union.types if isinstance(union, GraphQLUnionType) else ():
        needed = {"status": "APPROVED"} if type_.name == "Session" else {}
        ids = crawler.some_ids(type_.name)
        yield type_.name, [{"__typename": type_.name, "id": id_, **needed} for id_ in ids]


def root_fields(schema: GraphQLSchema) -> Mapping[str, GraphQLField]:
    assert schema.query_type is not None
    fields: Mapping[str, GraphQLField] = schema.query_type.fields
    return fields


def object_types(schema: GraphQLSchema) -> list[GraphQLObjectType]:
    return [type_ for type_ in schema.type_map.values() if isinstance(type_, GraphQLObjectType)]
