"""What every broker promises. Each adapter goes through all of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.contracts.billing import PeriodClosing
from shared.messaging.broker import DELIVERY_LIMIT, Broker
from shared.messaging.envelope import Event
from shared.messaging.memory import MemoryBroker

NOW = datetime(2026, 11, 3, tzinfo=UTC)


@pytest.fixture(params=["memory"])
def broker(tmp_path: Path) -> Broker:
    return MemoryBroker(tmp_path / "dead-letters")


class Subscriber:
    """Keeps what it was given; refuses the months it is told to, as often as it is told to."""

    def __init__(self, **refusals: int) -> None:
        self.months: list[str] = []
        self.refusals = {month.replace("_", "-").removeprefix("m"): times for month, times in refusals.items()}
        self.calls = 0

    async def deliver(self, events: Sequence[Event]) -> None:
        self.calls += 1
        months = [bytes(event.body).decode().split('"')[3] for event in events]
        for month in months:
            if self.refusals.get(month, 0) > 0:
                self.refusals[month] -= 1
                raise RuntimeError(f"not {month}")
        self.months += months


def events(*months: str) -> list[Event]:
    return [Event.about(PeriodClosing(month=month), NOW) for month in months]


async def test_every_queue_bound_to_a_topic_gets_every_event(broker: Broker) -> None:
    first, second, other = Subscriber(), Subscriber(), Subscriber()
    await broker.subscribe("first", [PeriodClosing.TOPIC], first.deliver)
    await broker.subscribe("second", [PeriodClosing.TOPIC], second.deliver)
    await broker.subscribe("other", ["other.topic.v1"], other.deliver)
    await broker.publish(events("2026-09", "2026-10"))
    assert sorted(first.months) == sorted(second.months) == ["2026-09", "2026-10"]
    assert other.calls == 0


async def test_events_travel_packed(broker: Broker) -> None:
    subscriber = Subscriber()
    await broker.subscribe("first", [PeriodClosing.TOPIC], subscriber.deliver)
    await broker.publish(events(*(f"{year}-01" for year in range(2000, 2250))))
    assert len(subscriber.months) == 250
    assert subscriber.calls == 3


async def test_only_the_poisonous_event_of_a_batch_is_put_aside(broker: Broker) -> None:
    subscriber = Subscriber(m2026_09=100)
    await broker.subscribe("first", [PeriodClosing.TOPIC], subscriber.deliver)
    await broker.publish(events("2026-08", "2026-09", "2026-10"))
    assert sorted(subscriber.months) == ["2026-08", "2026-10"]
    [letter] = await broker.dead_letters("first")
    assert letter.queue == "first"
    assert b"2026-09" in bytes(letter.event.body)
    assert "not 2026-09" in letter.reason


async def test_a_delivery_that_fails_fewer_times_than_the_limit_is_made(broker: Broker) -> None:
    subscriber = Subscriber(m2026_09=DELIVERY_LIMIT - 1)
    await broker.subscribe("first", [PeriodClosing.TOPIC], subscriber.deliver)
    await broker.publish(events("2026-09"))
    assert subscriber.months == ["2026-09"]
    assert await broker.dead_letters() == []


async def test_a_dead_letter_is_replayed_to_its_own_queue_only(broker: Broker) -> None:
    healed, healthy = Subscriber(m2026_09=100), Subscriber()
    await broker.subscribe("healed", [PeriodClosing.TOPIC], healed.deliver)
    await broker.subscribe("healthy", [PeriodClosing.TOPIC], healthy.deliver)
    await broker.publish(events("2026-09"))
    [letter] = await broker.dead_letters()
    healed.refusals.clear()
    await broker.replay(letter)
    assert healed.months == ["2026-09"]
    assert healthy.months == ["2026-09"]
    assert await broker.dead_letters() == []


async def test_a_replay_that_fails_keeps_the_letter(broker: Broker) -> None:
    subscriber = Subscriber(m2026_09=100)
    await broker.subscribe("first", [PeriodClosing.TOPIC], subscriber.deliver)
    await broker.publish(events("2026-09"))
    [letter] = await broker.dead_letters()
    with pytest.raises(RuntimeError, match="not 2026-09"):
        await broker.replay(letter)
    assert await broker.dead_letters() == [letter]
