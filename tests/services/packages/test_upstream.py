"""Sessions that a system upstream tells of: through the inbox, once each, the bad ones put aside by name."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aio_pika

from shared.contracts.upstream import SessionRecorded
from shared.messaging.broker import DeadLetter
from shared.messaging.rabbitmq.topology import Names
from tests.conftest import Hosting
from tests.eventually import eventually
from tests.rabbitmq import own_rabbitmq
from tests.services.packages.desk import Desk, local, open_desk

DOCUMENT = (Path(__file__).parents[3] / "docs/upstream.md").read_text()
(EXAMPLE,) = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
LISTED = """{ sessions(first: 100) { nodes {
    externalRef status startsAt durationMinutes billedAsAddon child { name } tutor { name } } } }"""


@asynccontextmanager
async def a_school(hosting: Hosting, **settings: object) -> AsyncIterator[Desk]:
    async with open_desk(hosting, **settings) as desk:
        asha = await desk.create("createParent", name="Asha Rao")
        await desk.create("createChild", parentId=asha, name="Ira", externalRef="student-17")
        await desk.create("createTutor", name="Meena", externalRef="teacher-3")
        yield desk


def lesson(ref: str, **other: Any) -> SessionRecorded:
    fields: dict[str, Any] = {
        "external_ref": ref,
        "child": "student-17",
        "tutor": "teacher-3",
        "starts_at": local("2026-10-02 17:00"),
        "duration_minutes": 60,
    }
    return SessionRecorded(**(fields | other))


async def publish_raw(server: str, exchange: str, body: bytes) -> None:
    """As somebody who knows the document and none of our code."""
    async with await aio_pika.connect(server) as connection, connection.channel() as channel:
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await (await channel.get_exchange(exchange)).publish(message, "upstream.session_recorded.v1")


async def test_a_stranger_publishes_what_is_documented(hosting: Hosting) -> None:
    with own_rabbitmq() as url:
        server, _, prefix = url.partition("?prefix=")
        async with a_school(hosting, NIVAA_BROKER_URL=url) as desk:
            garbled = EXAMPLE.replace("lesson-", "other-").replace("60", '"an hour"').replace("c5d10", "c5d11")
            for body in (EXAMPLE, EXAMPLE, garbled, "lesson-4713, as a text"):
                await publish_raw(server, Names(prefix).exchange, body.encode())
            await eventually(lambda: counted(desk, sessions=3, letters=2))
            nodes = (await desk.ask(LISTED))["sessions"]["nodes"]
            texts = [bytes(letter.event.body).decode() for letter in await letters(desk)]
    assert {(node["externalRef"], node["durationMinutes"], node["billedAsAddon"]) for node in nodes} == {
        ("lesson-4711", 60, False),
        ("lesson-4712", 45, True),
        ("other-4712", 45, True),
    }
    assert {node["status"] for node in nodes} == {"LOGGED"}
    assert nodes[-1]["startsAt"] == "2026-10-02T11:30:00+00:00"
    assert any("other-4711" in text for text in texts)
    assert any("lesson-4713, as a text" in text for text in texts)


async def letters(desk: Desk) -> list[DeadLetter]:
    return await desk.asker.host.broker.dead_letters("packages")


async def counted(desk: Desk, *, sessions: int, letters: int) -> bool:
    told = len((await desk.ask(LISTED))["sessions"]["nodes"])
    return (told, len(await desk.asker.host.broker.dead_letters("packages"))) == (sessions, letters)


async def test_the_same_again_is_nothing_new_and_a_change_is_put_aside(hosting: Hosting, broker_url: str) -> None:
    async with a_school(hosting, NIVAA_BROKER_URL=broker_url) as desk:
        again = lesson("lesson-1", starts_at=local("2026-10-02 17:00").astimezone(UTC))
        await desk.asker.publish(lesson("lesson-1"), again, lesson("lesson-2"))
        await desk.asker.publish(lesson("lesson-1"), lesson("lesson-2", duration_minutes=90), lesson("lesson-3"))
        await eventually(lambda: counted(desk, sessions=3, letters=1))
        (letter,) = await letters(desk)
        assert "ExternalRefReused" in letter.reason
        assert "'lesson-2'" in letter.reason


BAD: list[tuple[dict[str, Any], str]] = [
    ({"child": "student-99"}, "no child 'student-99'"),
    ({"child": "teacher-3"}, "no child 'teacher-3'"),
    ({"tutor": "0199f0a2-7c11-7b6e-9d35-3f2a86c5d101"}, "no tutor"),
    ({"starts_at": datetime(2026, 10, 2, 17)}, "offset"),  # noqa: DTZ001 - that is what is wrong with it
    ({"duration_minutes": 0}, "lasts 1 to 1440"),
    ({"duration_minutes": 10**15}, "lasts 1 to 1440"),
    ({"addon_price_minor": -1}, "negative"),
    ({"addon_price_minor": 10**18}, "larger"),
    ({"addon_price_minor": 1, "currency": "EUR"}, "EUR"),
    ({"addon_price_minor": 1, "currency": "rupees"}, "unknown currency"),
    ({"child": "\0"}, "no child"),
]


async def test_each_bad_one_is_named_and_the_others_go_on(hosting: Hosting) -> None:
    async with a_school(hosting) as desk:
        bad = {f"bad-{number}": (fields, words) for number, (fields, words) in enumerate(BAD)}
        good = [lesson(f"good-{number}") for number in range(20)]
        await desk.asker.publish(*good[:10], *(lesson(ref, **fields) for ref, (fields, _) in bad.items()), *good[10:])
        assert await counted(desk, sessions=20, letters=len(bad))
        named = {re.findall(r"'(bad-\d+)'", letter.reason)[0]: letter.reason for letter in await letters(desk)}
        assert {ref: words in named.get(ref, "") for ref, (_, words) in bad.items()} == dict.fromkeys(bad, True)


async def test_a_child_who_was_not_there_yet_is_found_on_replay(hosting: Hosting) -> None:
    async with a_school(hosting) as desk:
        await desk.asker.publish(lesson("lesson-1", child="student-18"))
        assert await counted(desk, sessions=0, letters=1)
        parent = (await desk.ask("{ parents { nodes { id } } }"))["parents"]["nodes"][0]["id"]
        child = await desk.create("createChild", parentId=parent, name="Dev", externalRef="student-18")
        await desk.asker.host.broker.replay(await letters(desk))
        await eventually(lambda: counted(desk, sessions=1, letters=0))
        by_id = lesson("lesson-1", child=child)
        await desk.asker.publish(by_id)
        assert await counted(desk, sessions=1, letters=0)
