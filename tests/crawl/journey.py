"""One organisation is lived through and asked everything while money is frozen; then live; then frozen again."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from nivaa.tokens import mint
from services.embedded import COMPONENTS
from shared.auth.viewer import MONEY_READ, Role, Viewer
from shared.graphql.rules import Rules
from shared.runtime.host import Host, open_host
from shared.runtime.serving import serving
from tests.bot_api.server import TOKEN, BotApi
from tests.crawl.both_ways import ask_both_ways
from tests.crawl.crawler import SCHEMA, Crawler, Record
from tests.crawl.organisation import (
    World,
    bring_in,
    close,
    go_back,
    months,
    pay_out,
    pay_tutor,
    settle,
    settle_up,
    teach,
    worlds,
)
from tests.crawl.questions import Asker, Name, Question
from tests.crawl.sentinels import Amounts
from tests.system.desk import COORDINATOR, until
from tools.fields.page import composed
from tools.supergraph.subgraphs import SERVICES, schema_of

TABLE: Rules = composed()
LIMITS = {"GATEWAY_QUERY_COST": 10**9, "GATEWAY_QUERY_FIELDS": 10**6, "GATEWAY_QUERY_TOKENS": 10**6,
    "GATEWAY_REQUESTS_PER_MINUTE": 0,
    "GATEWAY_STREAMS_PER_SUBJECT": 500, "GATEWAY_QUERY_ALIASES": 10**6}  # fmt: skip
TO_ASK = {
    False: ("coordinator", "service", "money reader", "parent", "tutor"),
    True: ("coordinator", "parent", "tutor", "other parent", "other tutor", "nobody"),
}
"""Who asks for every field: of each kind somebody while money is frozen; when it is live, people of both worlds."""
BEGINNING = "the crawl begins"
CHATS = {1: "parent", 2: "tutor", 3: "coordinator", 4: "other parent"}
CURSOR = re.compile(rb'"(?:cursor|endCursor)":\s*"([^"]+)"')
MINOR = re.compile(r'_minor"?:\s*(-?\d+)')
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'invoice_search%'",
    "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
}
COMMANDS = ("/mypay", "/lowpackages", "/balance", "/help")


@dataclass
class Crawl:
    """`worlds` are two families with a tutor each; `viewers` ask, by name."""

    worlds: tuple[World, World] = field(default_factory=worlds)
    frozen: Record = field(default_factory=lambda: Record("frozen"))
    live: Record = field(default_factory=lambda: Record("live"))
    again: Record = field(default_factory=lambda: Record("frozen again"))
    amounts: Amounts = field(default_factory=Amounts)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    logged: str = ""

    @property
    def viewers(self) -> dict[str, Viewer]:
        one, other = self.worlds
        return {
            "coordinator": COORDINATOR,
            "service": Viewer("machine", Role.SERVICE),
            "money reader": Viewer("books", Role.SERVICE, frozenset({MONEY_READ})),
            "parent": one.as_parent,
            "tutor": one.as_tutor,
            "other parent": other.as_parent,
            "other tutor": other.as_tutor,
            "nobody": Viewer("nobody", Role.PARENT),
        }

    def may(self, who: str) -> Callable[[Name], bool]:
        role = self.viewers[who].role
        return lambda name: name[0] not in TABLE or TABLE[name[0]][name[1]].reach(role) is not None


@dataclass(frozen=True)
class House:
    """What the organisation lives in, from one process to the next; `resources` are settings that name servers."""

    folder: Path
    bot_api: BotApi
    resources: Mapping[str, str]


@asynccontextmanager
async def crawling(house: House, record: Record, freeze: str) -> AsyncIterator[Crawler]:
    settings = {"NIVAA_DATA_DIR": house.folder, "NIVAA_FREEZE": freeze, "NIVAA_BOT_TOKEN": TOKEN, **LIMITS}
    settings |= {"NIVAA_BOT_API_URL": house.bot_api.url, **house.resources}
    async with AsyncExitStack() as stack:
        host = await stack.enter_async_context(open_host(COMPONENTS, env_files=(), overrides=settings))
        port = await stack.enter_async_context(serving(host, port=0))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        last, this = map(str, months())
        yield Crawler(
            host, f"http://127.0.0.1:{port}", http, record, lambda viewer: mint(host.settings, viewer), (last, this)
        )


async def live_through(crawl: Crawl, crawler: Crawler, bot_api: BotApi) -> None:
    """All that happens, from the first name to the last payment."""

    async def act(mutation: str, viewer: Viewer | None = None, **arguments: Any) -> dict[str, Any]:
        return await crawler.act(mutation, _who(crawl, viewer), viewer or COORDINATOR, arguments)

    one, other = crawl.worlds
    last_month, this_month = months()
    for world in crawl.worlds:
        await settle(world, act)
    await pay_tutor(one, act)
    await _link_chats(crawl, crawler, bot_api)
    async with AsyncExitStack() as listening:
        for who in ("coordinator", "service", "parent", "other parent"):
            await listening.enter_async_context(crawler.listening(who, crawl.viewers[who], "lowPackageAlert"))
        for world in crawl.worlds:
            await teach(world, act)
    await _until_counted(crawler, 14)
    blocked = Asker(SCHEMA).of_root("Query", "previewCycle", 2, {"month": "$month"})
    await crawler.ask("coordinator", COORDINATOR, blocked)
    await pay_tutor(other, act)
    async with crawler.listening("coordinator", COORDINATOR, "cycleProgress", month=str(last_month)):
        await close(act, last_month)
    for world in crawl.worlds:
        await bring_in(world, act)
        await go_back(world, act)
    await close(act, this_month, early=True)
    await act("openCycle", month=str(this_month.plus(1)))
    await _until_rendered(crawler, 4)
    for world in crawl.worlds:
        invoices = f'{{ invoices(filter: {{ parentId: "{world.parent}" }}) {{ nodes {{ __typename id }} }} }}'
        world.invoices = [node["id"] for node in (await _data(crawler, invoices))["invoices"]["nodes"]]
        await settle_up(world, act)
        payouts = f'{{ payouts(filter: {{ tutorId: "{world.tutor}" }}) {{ nodes {{ __typename id }} }} }}'
        await pay_out(act, [node["id"] for node in (await _data(crawler, payouts))["payouts"]["nodes"]], world.tag)
    await _until_rendered(crawler, 4)


def _who(crawl: Crawl, viewer: Viewer | None) -> str:
    return next((name for name, known in crawl.viewers.items() if known == viewer), "coordinator")


async def _link_chats(crawl: Crawl, crawler: Crawler, bot_api: BotApi) -> None:
    for chat_id, who in CHATS.items():
        url = (await crawler.act("createTelegramLink", who, crawl.viewers[who], {}))["url"]
        await bot_api.ask(chat_id, f"/start {url.partition('?start=')[2]}")


async def _data(crawler: Crawler, query: str) -> dict[str, Any]:
    data: dict[str, Any] = (await crawler.ask("coordinator", COORDINATOR, Question(query, {}, frozenset())))["data"]
    return data


async def _until_counted(crawler: Crawler, sessions: int) -> None:
    async def are_counted() -> bool:
        preview = await _data(crawler, f'{{ previewCycle(month: "{months()[0]}") {{ sessionsCounted }} }}')
        return bool(preview["previewCycle"]["sessionsCounted"] == sessions)

    await until(are_counted)


async def _until_rendered(crawler: Crawler, invoices: int) -> None:
    """Until so many invoices are there, every document of theirs drawn, and billing has been told so."""
    query = """{
      invoices(first: 100) { nodes { __typename documentStatus } }
      billingCycles { nodes { __typename documents { rendered } } }
    }"""

    async def are_rendered() -> bool:
        told = await _data(crawler, query)
        statuses = [node["documentStatus"] for node in told["invoices"]["nodes"]]
        rendered = sum(node["documents"]["rendered"] for node in told["billingCycles"]["nodes"])
        return statuses == ["RENDERED"] * invoices and rendered == invoices

    await until(are_rendered)


async def ask_everything(crawl: Crawl, crawler: Crawler, bot_api: BotApi) -> None:
    """Everybody asks by every way in."""
    is_live = crawler.record is crawl.live
    for who in TO_ASK[is_live]:
        await crawler.ask_fields(who, crawl.viewers[who], crawl.may(who))
    words, cursors = _words(crawl), _cursors(crawler.record)
    for who, viewer in crawl.viewers.items():
        if who in ("parent", "tutor"):
            await crawler.ask_arguments(who, viewer, words if is_live else [], cursors if is_live else [])
        if who == "coordinator" and not is_live:
            await crawler.ask_arguments(who, viewer, words, [])
        for service in SERVICES:
            await crawler.ask_entities(who, viewer, service, schema_of(service)._schema)
            await ask_both_ways(crawler, who, viewer, service)
        await _ask_over_http(crawler, who, viewer)
    await _ask_over_http(crawler, "unauthenticated", None)
    for who in ("coordinator", "parent", "tutor"):
        viewer = crawl.viewers[who]
        await crawler.browse(who, viewer.role.value, "" if viewer == COORDINATOR else viewer.subject)
    await _ask_the_bot(crawler, bot_api)


def _words(crawl: Crawl) -> list[str]:
    """What a search may find: names, ways to reach people, numbers of invoices."""
    one, other = crawl.worlds
    return [one.word("Elter"), other.word("Elter"), other.word("Ida"), "98400 111", "98400 222", "NV/"]


def _cursors(record: Record) -> list[str]:
    """Of the coordinator's lists, by whoever uses them."""
    found = {cursor for heard in record.heard if heard.who == "coordinator" for cursor in CURSOR.findall(heard.content)}
    return sorted(cursor.decode() for cursor in found)[:: max(1, len(found) // 2)]


async def _ask_over_http(crawler: Crawler, who: str, viewer: Viewer | None) -> None:
    for month in crawler.months:
        for kind in ("csv", "zip"):
            await crawler.get(who, viewer, f"/billing/invoices/{month}.{kind}")
    await crawler.post(who, viewer, "/billing/run-monthly", {"month": crawler.months[0]})
    question = Question(
        "{ viewer { role freeze { frozen reason } navigation { key enabled reason } } }", {}, frozenset()
    )
    await crawler.ask(who, viewer, question, "GET")
    for path in crawler.addresses():
        await crawler.get(who, viewer, path.replace("{name}", f"{crawler.months[0]}.csv"))


async def _ask_the_bot(crawler: Crawler, bot_api: BotApi) -> None:
    """A chat gets one message a second, so all ask at once."""

    async def ask(chat_id: int) -> None:
        for command in COMMANDS:
            await bot_api.ask(chat_id, command)

    await asyncio.gather(*map(ask, CHATS))
    for message in bot_api.sent:
        said = json.dumps([message.text, message.reply_markup], ensure_ascii=False)
        crawler.record.note(CHATS[message.chat_id], "bot", "message", said)
    bot_api.sent.clear()


async def rows_of(host: Host) -> dict[str, list[dict[str, Any]]]:
    """Everything that is stored, by service and table."""
    return {
        f"{service}.{table['name']}": [dict(row) for row in await database.rows(f'SELECT * FROM "{table["name"]}"')]  # noqa: S608
        for service, database in host.databases.items()
        for table in await database.rows(TABLES[database.dialect])
    }


def amounts_in(rows: Iterable[dict[str, Any]]) -> Iterable[int]:
    """Of columns in minor units, those inside of documents included."""
    for row in rows:
        for column, value in row.items():
            if column.endswith("_minor") and isinstance(value, int):
                yield value
            elif isinstance(value, (str, bytes)) and b"_minor" in (value.encode() if isinstance(value, str) else value):
                yield from map(int, MINOR.findall(value if isinstance(value, str) else value.decode()))


async def travel(folder: Path, bot_api: BotApi, resources: Mapping[str, str]) -> Crawl:
    crawl, logged = Crawl(), StringIO()
    with redirect_stdout(logged):
        structlog.get_logger().info(BEGINNING)
        await _travel(crawl, House(folder, bot_api, resources))
    crawl.logged = logged.getvalue()
    return crawl


async def _travel(crawl: Crawl, house: House) -> None:
    async with crawling(house, crawl.frozen, "parent,tutor,coordinator") as crawler:
        await live_through(crawl, crawler, house.bot_api)
        await ask_everything(crawl, crawler, house.bot_api)
        crawl.rows = await rows_of(crawler.host)
    async with crawling(house, crawl.live, "none") as crawler:
        crawl.live.ids = crawl.frozen.ids
        await ask_everything(crawl, crawler, house.bot_api)
        for link in sorted(crawl.live.links):
            await crawler.get("a link's finder", None, link)
    async with crawling(house, crawl.again, "parent,tutor,coordinator") as crawler:
        for link in sorted(crawl.live.links):
            await crawler.get("a link's finder", None, link)
    for rows in crawl.rows.values():
        crawl.amounts.add(amounts_in(rows))
