"""Another supergraph is served without a restart; one that cannot be is refused, and the old one stays."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from services.gateway import supergraph_file
from services.gateway.component import COMPONENT
from services.gateway.component import SUPERGRAPH as OURS
from services.gateway.federation import RequestError, load_supergraph
from tests.conftest import Hosting
from tests.eventually import eventually
from tests.federation.over_http import asked, gateway_over, subgraphs_of
from tests.federation.shop import FOLDER, REVIEWS, Shop
from tests.federation.test_subscriptions import REVIEWED, Source
from tests.federation.word_for_word import http, says, word_for_word
from tests.streams import event_source

REFUSED, CHANGED = "supergraph refused, the old one stays", "supergraph changed"
TITLES = "{ products(first: 1) { title } }"
CHAIR = {"data": {"products": [{"title": "Chair"}]}}


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supergraph_file, "LOOK_SECONDS", 0.01)


class Changing:
    """A file that is watched, and what has been logged of it."""

    def __init__(self, file: Path, log: list[EventDict]) -> None:
        self.file = file
        self._log = log

    async def becomes(self, text: str | None, event: str) -> EventDict:
        """Returns when that has been logged of it."""
        known = len(self._log)
        if text is None:
            self.file.unlink()
        else:
            written = self.file.with_suffix(".new")
            written.write_text(text)
            written.replace(self.file)
        await eventually(lambda: any(entry["event"] == event for entry in self._log[known:]))
        return next(entry for entry in self._log[known:] if entry["event"] == event)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("type Query {", "Syntax Error"),
        ("type Query { a: Int }", "no join__Graph"),
        (None, "No such file"),
        ("SDL without fields", "must define one or more fields"),
        ("SDL with a port that is none", "no address"),
    ],
)
async def test_one_that_cannot_be_served_is_refused_and_the_next_is_served(
    tmp_path: Path, text: str | None, reason: str
) -> None:
    async with subgraphs_of(Shop(), []) as sdl:
        text = {
            "SDL without fields": sdl + "type Nothing @join__type(graph: ACCOUNTS) { a: Int @inaccessible }",
            "SDL with a port that is none": sdl.replace("127.0.0.1:", "127.0.0.1:9"),
        }.get(text or "", text)
        with capture_logs() as log:
            async with gateway_over(tmp_path / "supergraph.graphql", sdl) as client:
                changing = Changing(tmp_path / "supergraph.graphql", log)
                refusal = await changing.becomes(text, REFUSED)
                assert reason in refusal["reason"]
                assert await asked(client, TITLES) == CHAIR
                await changing.becomes(sdl.replace("  title: String", "  renamed: String"), CHANGED)
                assert "errors" in await asked(client, TITLES)
                await changing.becomes(sdl, CHANGED)
                assert await asked(client, TITLES) == CHAIR
                assert [entry["event"] for entry in log if "supergraph" in entry["event"]] == [
                    REFUSED,
                    CHANGED,
                    CHANGED,
                ]


async def test_a_subgraph_that_is_no_service_of_ours_is_refused(hosting: Hosting, tmp_path: Path) -> None:
    file = tmp_path / "supergraph.graphql"
    file.write_text(OURS.read_text())
    with capture_logs() as log:
        async with hosting([COMPONENT], GATEWAY_SUPERGRAPH=file) as gateway:
            changing = Changing(file, log)
            refusal = await changing.becomes(OURS.read_text().replace('(name: "bot"', '(name: "robot"'), REFUSED)
            assert "'robot' is no service of ours" in refusal["reason"]
            assert await gateway.ask("gateway", "{ viewer { role } }")
            await changing.becomes(OURS.read_text() + "# the same once more", CHANGED)


async def test_the_old_ones_connections_are_closed(tmp_path: Path) -> None:
    me = http(b'{"data": {"me": {"name": "Asha"}}}')
    async with word_for_word(says(me, me)) as server, subgraphs_of(Shop(), [], accounts=server.url) as sdl:
        with capture_logs() as log:
            async with gateway_over(tmp_path / "supergraph.graphql", sdl) as client:
                assert await asked(client, "{ me { name } }") == {"data": {"me": {"name": "Asha"}}}
                assert (server.connections, server.left) == (1, 0)
                await Changing(tmp_path / "supergraph.graphql", log).becomes(sdl + "# again", CHANGED)
                await eventually(lambda: server.left == 1)


async def test_whoever_asks_meanwhile_notices_nothing(tmp_path: Path) -> None:
    async with subgraphs_of(Shop(), []) as sdl:
        with capture_logs() as log:
            async with gateway_over(tmp_path / "supergraph.graphql", sdl) as client:
                swapped = asyncio.Event()

                async def ask_on() -> list[Any]:
                    said = [await asked(client, TITLES)]
                    while not swapped.is_set():
                        said.append(await asked(client, TITLES))
                    return said

                asking = [asyncio.create_task(ask_on()) for _ in range(4)]
                for number in range(5):
                    await Changing(tmp_path / "supergraph.graphql", log).becomes(f"{sdl}# {number}", CHANGED)
                swapped.set()
                for said in await asyncio.gather(*asking):
                    assert said == [CHAIR] * len(said)


async def test_a_stream_ends_to_begin_anew(tmp_path: Path) -> None:
    shop = Shop()
    source = Source(shop, REVIEWS["r1"], forever=True)
    async with subgraphs_of(shop, []) as sdl:
        with capture_logs() as log:
            async with gateway_over(tmp_path / "supergraph.graphql", sdl) as client:
                async with event_source(client, "", "", REVIEWED) as events:
                    assert "errors" not in await events.next()
                    await Changing(tmp_path / "supergraph.graphql", log).becomes(sdl + "# again", CHANGED)
                    told = await events.next()
                    assert [error["extensions"]["code"] for error in told["errors"]] == ["SUPERGRAPH_CHANGED"]
                    await events.complete()
                await eventually(lambda: not source.is_open)
                async with event_source(client, "", "", REVIEWED) as events:
                    assert "errors" not in await events.next()


async def test_what_was_prepared_runs_on_the_supergraph_that_it_was_prepared_for() -> None:
    engine = Shop().engine
    prepared = engine.prepare(TITLES)
    engine.swap(load_supergraph((FOLDER.parent / "media" / "supergraph.graphql").read_text()), {})
    assert await engine.run(prepared) == CHAIR
    with pytest.raises(RequestError):
        engine.prepare(TITLES)
