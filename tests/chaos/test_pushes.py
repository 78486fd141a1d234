"""Many alerts at once, and the bot killed meanwhile: none arrives twice, each in order, as fast as Telegram takes them;
only one whose mark says that nobody knows may be missing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from services.bot.domain.deliveries import IN_DOUBT
from shared.auth.viewer import Role, Viewer
from shared.contracts.packages import LowPackageRaised
from shared.database.database import Database, DatabaseConfig, open_database
from shared.ids import new_id
from shared.messaging.envelope import Event
from shared.messaging.opening import open_broker
from tests.bot_api.server import TOKEN, BotApi, SentMessage, serving_bot_api
from tests.conftest import DatabaseUrls
from tests.eventually import eventually
from tests.rabbitmq import own_rabbitmq
from tests.servers.process import free_port
from tests.system.desk import at_desk
from tests.system.distributed import Distributed
from tests.system.server_process import ServerProcess

pytestmark = pytest.mark.chaos

KILLS = 2
APPROVALS = 30
LOW = "Your sessions are running low: "
INVITE = "mutation { createTelegramLink { url } }"


@dataclass(frozen=True)
class Load:
    """So many alerts, evenly over the chats, and what Telegram takes in a second: overall, and in a chat."""

    alerts: int
    chats: int
    a_second: int
    a_second_in_a_chat: int

    @property
    def settings(self) -> dict[str, str]:
        return {
            "NIVAA_BOT_MESSAGES_PER_SECOND": str(self.a_second),
            "NIVAA_BOT_MESSAGES_PER_SECOND_IN_A_CHAT": str(self.a_second_in_a_chat),
        }


AS_TELEGRAM = Load(alerts=1_000, chats=250, a_second=30, a_second_in_a_chat=1)
TEN_TIMES_AS_FAST = Load(alerts=100, chats=25, a_second=300, a_second_in_a_chat=10)
LOADS = [
    pytest.param(TEN_TIMES_AS_FAST, id="a hundred, ten times as fast"),
    pytest.param(AS_TELEGRAM, id="a thousand, as Telegram takes them"),
]


@pytest.fixture
def database_kind() -> str:
    return "postgres"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("load", LOADS)
async def test_each_alert_arrives_once_whenever_the_bot_is_killed(
    load: Load, database_urls: DatabaseUrls, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    families = [uuid4() for _ in range(load.chats)]
    with own_rabbitmq() as broker_url:
        settings = {
            "NIVAA_BOT_TOKEN": TOKEN,
            "BOT_DATABASE_URL": database_urls("bot"),
            "NIVAA_BROKER_URL": broker_url,
            "NIVAA_DATA_DIR": str(tmp_path / "data"),
            **load.settings,
        }
        async with (
            serving_bot_api() as api,
            bot_process({**settings, "NIVAA_BOT_API_URL": api.url}, tmp_path) as bot,
            open_database(DatabaseConfig("bot", settings["BOT_DATABASE_URL"])) as database,
        ):
            await link_all(database, families)
            await raise_alerts(broker_url, load, families)
            for kill in range(1, KILLS + 1):
                await until_sent(api, kill * load.alerts // (KILLS + 1))
                bot.kill()
                bot.start()
            await eventually(partial(_are_settled, database, load.alerts), within_seconds=120)
            doubtful = await database.rows("SELECT chat_id, fact FROM delivery WHERE reason = $1", IN_DOUBT)
    doubts = {(row["chat_id"], msgspec.json.decode(row["fact"])["remaining"]) for row in doubtful}
    lost = assert_once_and_in_order(api.sent, load, families)
    assert lost <= doubts
    record_property("counts", {**figures(api.sent), "in doubt": len(doubts), "lost": len(lost)})
    assert most_within(api.sent, 1.0) <= load.a_second
    assert all(
        later.second - earlier.second >= 1 / load.a_second_in_a_chat
        for chat in by_chat(api.sent).values()
        for earlier, later in pairwise(chat)
    )


@asynccontextmanager
async def bot_process(settings: dict[str, str], folder: Path) -> AsyncIterator[ServerProcess]:
    port = free_port()
    bot = ServerProcess(["services.bot"], {**settings, "NIVAA_PORT": str(port)}, port, folder / "bot.txt")
    bot.start()
    try:
        await bot.until_ready()
        yield bot
    finally:
        bot.end()


async def until_sent(api: BotApi, count: int) -> None:
    await eventually(lambda: len(api.sent) >= count, within_seconds=120)


async def link_all(database: Database, families: Sequence[UUID]) -> None:
    now = datetime.now(UTC)
    rows = [(new_id(), str(family), chat, "parent", "en", now) for chat, family in enumerate(families, start=1)]
    await database.execute_many(
        "INSERT INTO telegram_link (id, subject, chat_id, role, language, linked_at) VALUES ($1, $2, $3, $4, $5, $6)",
        rows,
    )


async def raise_alerts(broker_url: str, load: Load, families: Sequence[UUID]) -> None:
    """All at once; a family's are told apart by what is left: the number of those raised before."""
    began = datetime.now(UTC)
    facts = [
        LowPackageRaised(
            alert_id=new_id(),
            parent_id=families[number % load.chats],
            parent_name="Asha Rao",
            remaining=number // load.chats,
            total_sessions=100,
            raised_at=began + timedelta(milliseconds=number),
        )
        for number in range(load.alerts)
    ]
    async with open_broker(broker_url, Path()) as broker:
        await broker.publish([Event.about(fact, began) for fact in facts])


async def _are_settled(database: Database, count: int) -> bool:
    settled: int = await database.value("SELECT count(*) FROM delivery WHERE state = 'SENT'")
    return settled == count


def by_chat(sent: Sequence[SentMessage]) -> dict[int, list[SentMessage]]:
    chats: dict[int, list[SentMessage]] = {}
    for message in sent:
        chats.setdefault(message.chat_id, []).append(message)
    return chats


def assert_once_and_in_order(sent: Sequence[SentMessage], load: Load, families: Sequence[UUID]) -> set[tuple[int, int]]:
    """Gives what has not come, by chat and number."""
    told = {
        chat: [int(message.text.removeprefix(LOW).partition(" ")[0]) for message in messages]
        for chat, messages in by_chat(sent).items()
    }
    assert all(numbers == sorted(set(numbers)) for numbers in told.values())
    wanted = {(chat, number) for chat, _ in enumerate(families, start=1) for number in range(load.alerts // load.chats)}
    come = {(chat, number) for chat, numbers in told.items() for number in numbers}
    assert come <= wanted
    return wanted - come


def most_within(sent: Sequence[SentMessage], seconds: float) -> int:
    """The most messages that came within any stretch of time so long."""
    times = [message.second for message in sent]
    return max(sum(1 for time in times[first:] if time < times[first] + seconds) for first in range(len(times)))


def figures(sent: Sequence[SentMessage]) -> dict[str, object]:
    took = sent[-1].second - sent[0].second
    gaps = sorted(later.second - earlier.second for earlier, later in pairwise(sent))
    silence = sum(gaps[-KILLS:])
    return {
        "messages": len(sent),
        "seconds": f"{took:.1f}",
        "of silence": f"{silence:.1f} (after {KILLS} kills)",
        "a second": f"{len(sent) / (took - silence):.1f} while the bot was at work",
        "most": f"{most_within(sent, 1.0)} in any second",
    }


@pytest.mark.timeout(300)
async def test_how_long_it_takes_from_an_approval_to_the_message(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """With five processes, PostgreSQL and RabbitMQ, one approval after another."""
    form = Distributed()
    async with serving_bot_api() as api:
        product = form.lay_out(tmp_path, {"NIVAA_BOT_TOKEN": TOKEN, "NIVAA_BOT_API_URL": api.url})
        try:
            await product.start()
            async with at_desk(product.gateway) as desk:
                tutor = await desk.make("createTutor", name="Meena")
                await desk.set_rate(tutor, "300", "2020-01-01")
                delays = []
                for chat in range(1, APPROVALS + 1):
                    parent = await desk.make("createParent", name="Asha Rao")
                    child = await desk.make("createChild", parentId=parent, name="Ira")
                    await desk.sell(parent, 1, "500")
                    session = await desk.log(child, tutor, datetime.now(UTC) - timedelta(hours=2))
                    url = (await desk.of(Viewer(parent, Role.PARENT)).ask(INVITE))["createTelegramLink"]["url"]
                    await api.ask(chat, f"/start {url.partition('?start=')[2]}")
                    await asyncio.sleep(1)  # Telegram's pause in a chat is no part of the delay
                    delays.append(await _delay(api, chat, desk.approve(session)))
        finally:
            product.end()
            form.clear_away()
    shown = {"median": median(delays), "longest": max(delays)}
    record_property("counts", {name: f"{seconds * 1000:.0f} ms" for name, seconds in shown.items()})
    assert len(api.sent) == 2 * APPROVALS


async def _delay(api: BotApi, chat: int, approval: Coroutine[Any, Any, object]) -> float:
    began = asyncio.get_running_loop().time()
    approving = asyncio.create_task(approval)
    await api.messages(chat, 2)
    await approving
    return [message for message in api.sent if message.chat_id == chat][-1].second - began
