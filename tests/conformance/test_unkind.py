"""Under an unkind broker everything still takes effect, once: in process, and in a process started under one."""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path

import pytest

from shared.messaging import delivery
from tests.conformance.unkind import opening
from tests.conftest import DatabaseUrls
from tests.eventually import eventually
from tests.probes.notes import QUEUE, Receiver, Sender, open_notes

UNKINDNESS = {
    "duplicated",
    "delivered long ago",
    "lost a confirmation",
    "died before a delivery",
    "died after a delivery",
}
MOST_NOTES = 5000


@pytest.mark.parametrize("seed", [1, 2])
async def test_everything_takes_effect_once(
    seed: int, broker_url: str, database_urls: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "LONGEST_PAUSE_SECONDS", 0.05)
    async with (
        open_notes("first", database_urls("first")) as first,
        open_notes("second", database_urls("second")) as second,
        opening(seed)(broker_url, tmp_path / "dead-letters") as broker,
    ):
        sender, receiver = Sender(first, broker), Receiver(second)
        await receiver.listen(broker)
        written: list[str] = []
        async with asyncio.TaskGroup() as group:
            relaying = group.create_task(sender.relay.run())
            while set(broker.did) != UNKINDNESS and len(written) < MOST_NOTES:
                notes = [f"{len(written) + number:04}" for number in range(20)]
                await sender.write(*notes)
                written += notes
                await eventually(partial(receiver.has_taken, written))  # or they would travel in a few large packs
            relaying.cancel()
        assert await broker.dead_letters(QUEUE) == []
        assert set(broker.did) == UNKINDNESS
        await broker.stop()


async def test_a_process_is_put_under_an_unkind_broker(tmp_path: Path) -> None:
    """Whatever opens a host, by the name that the host opens its broker by."""
    (tmp_path / "probe.py").write_text("import sys\nfrom shared.runtime import host\nprint(host.open_broker, sys.argv)")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.conformance.unkind", "7", "probe", "--option"),
        env={**os.environ, "PYTHONPATH": f"{Path.cwd()}:{tmp_path}"},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert b"opening.<locals>.open_unkind" in output
    assert b"probe.py', '--option']" in output
