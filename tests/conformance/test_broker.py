"""What every broker promises. Each adapter goes through all of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from shared.contracts.billing import PeriodClosing
from shared.messaging import delivery
from shared.messaging.broker import DELIVERY_LIMIT, Broker, DeadLetter
from shared.messaging.envelope import PACK_BYTES, Event
from shared.messaging.opening import open_broker
from tests.eventually import eventually

NOW = datetime(2026, 11, 3, tzinfo=UTC)
TOPIC = PeriodClosing.TOPIC


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "LONGEST_PAUSE_SECONDS", 0.05)


@pytest.fixture
async def broker(broker_url: str, tmp_path: Path) -> AsyncIterator[Broker]:
    async with open_broker(broker_url, tmp_path / "dead-letters") as broker:
        yield broker


class Subscriber:
    """Keeps what it was given, whole batches at a time; refuses those with a month it is told to refuse."""

    def __init__(self, **refusals: int) -> None:
        self.months: list[str] = []
        self.batches = 0
        self.refusals = Counter({month.replace("_", "-").removeprefix("m"): n for month, n in refusals.items()})

    async def deliver(self, events: Sequence[Event]) -> None:
        months = [msgspec.json.decode(event.body, type=PeriodClosing).month for event in events]
        for month in months:
            if self.refusals[month] > 0:
                self.refusals[month] -= 1
                raise RuntimeError(f"not {month}")
        self.batches += 1 if months else 0
        self.months += months

    def has(self, *months: str) -> Callable[[], bool]:
        return lambda: sorted(self.months) == sorted(months)


def events(*months: str) -> list[Event]:
    return [Event.about(PeriodClosing(month=month), NOW) for month in months]


async def letters_in(broker: Broker, queue: str, number: int) -> list[DeadLetter]:
    found: list[DeadLetter] = []

    async def all_there() -> bool:
        found[:] = await broker.dead_letters(queue)
        return len(found) == number

    await eventually(all_there)
    return found


async def test_every_queue_bound_to_a_topic_gets_every_event(broker: Broker) -> None:
    first, second, other = Subscriber(), Subscriber(), Subscriber()
    await broker.subscribe("first", [TOPIC], first.deliver)
    await broker.subscribe("second", [TOPIC, "another.topic.v1"], second.deliver)
    await broker.subscribe("third", ["other.topic.v1"], other.deliver)
    await broker.publish(events("2026-09", "2026-10"))
    await eventually(first.has("2026-09", "2026-10"))
    await eventually(second.has("2026-09", "2026-10"))
    assert other.months == []


async def test_an_event_arrives_as_it_was_published(broker: Broker) -> None:
    arrived: list[Event] = []

    async def take(events: Sequence[Event]) -> None:
        arrived.extend(events)

    await broker.subscribe("first", [TOPIC], take)
    published = events("2026-09", "2026-10")
    await broker.publish(published)
    await eventually(lambda: len(arrived) == len(published))
    assert sorted(arrived, key=lambda event: event.id) == published


async def test_events_travel_packed(broker: Broker) -> None:
    subscriber = Subscriber()
    await broker.subscribe("first", [TOPIC], subscriber.deliver)
    await broker.publish(events(*(f"{year}-01" for year in range(2000, 2250))))
    await eventually(lambda: len(subscriber.months) == 250)
    assert subscriber.batches <= 3


async def test_large_events_arrive_whole(broker: Broker) -> None:
    subscriber = Subscriber()
    await broker.subscribe("first", [TOPIC], subscriber.deliver)
    large = [letter * PACK_BYTES for letter in "abc"]
    await broker.publish(events(*large))
    await eventually(subscriber.has(*large))


async def test_only_the_poisonous_event_of_a_batch_is_put_aside(broker: Broker) -> None:
    subscriber = Subscriber(m2042_01=100)
    await broker.subscribe("first", [TOPIC], subscriber.deliver)
    months = [f"{year}-01" for year in range(2000, 2100)]
    await broker.publish(events(*months))
    await eventually(subscriber.has(*(month for month in months if month != "2042-01")))
    (letter,) = await letters_in(broker, "first", 1)
    assert letter.queue == "first"
    assert b"2042-01" in bytes(letter.event.body)
    assert "not 2042-01" in letter.reason
    assert await broker.dead_letters("second") == []


async def test_many_poisonous_events_are_put_aside_together(broker: Broker) -> None:
    poison = [f"{year}-02" for year in range(2000, 2060)]
    subscriber = Subscriber(**{f"m{month}": 100 for month in poison})
    await broker.subscribe("first", [TOPIC], subscriber.deliver)
    await broker.publish(events(*poison, "2026-08", "2026-10"))
    letters = await letters_in(broker, "first", len(poison))
    assert [msgspec.json.decode(letter.event.body, type=PeriodClosing).month for letter in letters] == poison
    assert subscriber.has("2026-08", "2026-10")()


async def test_a_delivery_that_fails_fewer_times_than_the_limit_is_made(broker: Broker) -> None:
    subscriber = Subscriber(m2026_09=DELIVERY_LIMIT - 1)
    await broker.subscribe("first", [TOPIC], subscriber.deliver)
    await broker.publish(events("2026-09"))
    await eventually(subscriber.has("2026-09"))
    assert await broker.dead_letters("first") == []


async def test_a_subscriber_out_of_order_loses_nothing_however_long_it_takes(broker: Broker) -> None:
    failures = 3 * DELIVERY_LIMIT
    subscriber = Subscriber()

    async def deliver(events: Sequence[Event]) -> None:
        nonlocal failures
        if failures:
            failures -= 1
            raise ConnectionError("the database is down")
        await subscriber.deliver(events)

    await broker.subscribe("first", [TOPIC], deliver)
    await broker.publish(events("2026-09", "2026-10"))
    await eventually(subscriber.has("2026-09", "2026-10"))
    assert await broker.dead_letters("first") == []


async def test_an_event_that_nobody_listens_to_holds_up_nothing(broker: Broker) -> None:
    subscriber = Subscriber()
    await broker.subscribe("first", [TOPIC], subscriber.deliver)
    nobodys = Event(events("2026-09")[0].id, "nobodys.topic.v1", NOW, msgspec.Raw(b"{}"))
    await broker.publish([nobodys, *events("2026-10")])
    await eventually(subscriber.has("2026-10"))


async def test_dead_letters_are_replayed_to_their_own_queue_only(broker: Broker) -> None:
    healed, healthy = Subscriber(m2026_08=100, m2026_09=100), Subscriber()
    await broker.subscribe("first", [TOPIC], healed.deliver)
    await broker.subscribe("second", [TOPIC], healthy.deliver)
    await broker.publish(events("2026-08", "2026-09"))
    letters = await letters_in(broker, "first", 2)
    healed.refusals.clear()
    await broker.replay(letters[1:])
    await eventually(healed.has("2026-09"))
    assert await broker.dead_letters("first") == letters[:1]
    await eventually(healthy.has("2026-08", "2026-09"))


async def test_a_replayed_event_that_fails_again_is_a_dead_letter_again(broker: Broker) -> None:
    subscriber = Subscriber(m2026_09=2 * DELIVERY_LIMIT)
    await broker.subscribe("first", [TOPIC], subscriber.deliver)
    await broker.publish(events("2026-09"))
    (first,) = await letters_in(broker, "first", 1)
    await broker.replay([first])
    await eventually(lambda: subscriber.refusals["2026-09"] == 0)
    (second,) = await letters_in(broker, "first", 1)
    assert second.event == first.event
    await broker.replay([second])
    await eventually(subscriber.has("2026-09"))
    assert await broker.dead_letters("first") == []


async def test_stopping_finishes_what_has_begun(broker: Broker) -> None:
    begun, released = asyncio.Event(), asyncio.Event()
    subscriber = Subscriber()

    async def deliver(events: Sequence[Event]) -> None:
        begun.set()
        await released.wait()
        await subscriber.deliver(events)

    await broker.subscribe("first", [TOPIC], deliver)
    async with asyncio.TaskGroup() as group:
        group.create_task(broker.publish(events("2026-09")))
        await begun.wait()
        group.create_task(broker.stop())
        released.set()
    assert subscriber.months == ["2026-09"]


async def test_a_broker_in_reach_says_so(broker: Broker) -> None:
    await broker.subscribe("first", [TOPIC], Subscriber().deliver)
    await broker.check()
