"""Queued documents through the real renderer into a real file store, with processes that die on the way."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from services.invoicing.document.html import Typesetter
from services.invoicing.document.options import Renderer, find_renderer
from services.invoicing.document.press import Press
from services.invoicing.document.workers import RendererPool
from services.invoicing.domain.documents import ATTEMPTS
from services.invoicing.rendering import RenderingJob
from services.invoicing.use_cases.issue_invoices import issue_invoices
from services.invoicing.use_cases.render_documents import render_documents
from services.invoicing.work import InvoicingWork
from shared.clock import SystemClock
from shared.contracts.billing import CycleClosed
from shared.database.database import Database, DatabaseConfig, open_database
from shared.database.migrations import migrate
from shared.database.row import Row
from shared.files.folder import FolderStore
from shared.messaging.outbox import Outbox
from tests.conftest import DatabaseUrls
from tests.services.invoicing.documents import ORGANISATION, ZONE, texts
from tests.services.invoicing.statements import a_cycle, a_statement
from tests.services.invoicing.troubled import troubled_renderer

DOCUMENTS = """
    SELECT d.status, d.reason, d.file_key, d.sha256, d.attempts, i.number
    FROM document d JOIN invoice i ON i.id = d.invoice_id ORDER BY i.number
"""
AS_IF_LEASES_AND_PAUSES_WERE_OVER = "UPDATE document SET due_at = $1 WHERE status = 'QUEUED'"
LAST_PROGRESS = "SELECT body FROM outbox WHERE topic = 'invoicing.documents_rendered.v1' ORDER BY id DESC LIMIT 1"


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    config = DatabaseConfig("invoicing", database_urls("invoicing"))
    await migrate(config)
    async with open_database(config) as opened:
        yield opened


@pytest.fixture(autouse=True)
def long_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a slow machine draws for longer than a lease would be taken by another, too, and count as tried twice."""
    monkeypatch.setattr("services.invoicing.use_cases.render_documents.LEASE", timedelta(hours=1))


@pytest.fixture
def files(tmp_path: Path) -> FolderStore:
    return FolderStore.open(tmp_path / "files")


def work_on(database: Database) -> InvoicingWork:
    return InvoicingWork(
        database=database,
        outbox=Outbox(),
        clock=SystemClock(),
        organisation=ORGANISATION,
        zone=ZONE,
    )


@contextlib.asynccontextmanager
async def a_press(renderer: Renderer | None = None) -> AsyncIterator[Press]:
    async with RendererPool(renderer or find_renderer()) as pool:
        yield Press(pool, Typesetter())


async def issue(work: InvoicingWork, parts: list[CycleClosed]) -> None:
    async with work.database.transaction() as transaction:
        await issue_invoices(work, transaction, parts)


async def documents(database: Database) -> list[Row]:
    return await database.rows(DOCUMENTS)


async def let_time_pass(database: Database) -> None:
    await database.execute(AS_IF_LEASES_AND_PAUSES_WERE_OVER, datetime.now(UTC))


def a_month(statements: int, trouble: int = 0) -> list[CycleClosed]:
    names = {ordinal: "TROUBLE" if ordinal == trouble else f"Parent {ordinal}" for ordinal in range(1, statements + 1)}
    return a_cycle("2026-10", [a_statement(n, sessions=2, parent_name=name) for n, name in names.items()])


async def test_every_document_is_stored_once_with_its_hash(database: Database, files: FolderStore) -> None:
    work = work_on(database)
    await issue(work, a_month(3))
    async with a_press() as press:
        assert await render_documents(work, press, files) == 3
        assert await render_documents(work, press, files) == 0
    for ordinal, row in enumerate(await documents(database), start=1):
        assert row["status"] == "RENDERED"
        assert row["file_key"] == f"invoices/2026-10/NV-2627-{ordinal:06}.pdf"
        content = await files.read(row["file_key"])
        assert sha256(content).hexdigest() == row["sha256"]
        assert f"Parent {ordinal}" in texts(content)[0]
    assert '"queued":0,"rendered":3,"failed":0' in await database.value(LAST_PROGRESS)


async def test_rendering_again_after_the_file_was_stored_but_not_marked(database: Database, files: FolderStore) -> None:
    work = work_on(database)
    await issue(work, a_month(1))
    async with a_press() as press:
        await render_documents(work, press, files)
        before = await documents(database)
        await database.execute(
            "UPDATE document SET status = 'QUEUED', sha256 = NULL, file_key = NULL, due_at = $1", datetime.now(UTC)
        )
    async with a_press() as press:
        await render_documents(work, press, files)
    assert [(row["status"], row["sha256"]) for row in await documents(database)] == [("RENDERED", before[0]["sha256"])]


async def test_several_renderers_share_the_queue(database: Database, files: FolderStore) -> None:
    await issue(work_on(database), a_month(40))

    async def drain() -> int:
        async with a_press() as press:
            done = 0
            while batch := await render_documents(work_on(database), press, files):
                done += batch
            return done

    assert sum(await asyncio.gather(drain(), drain())) == 40
    assert {(row["status"], row["attempts"]) for row in await documents(database)} == {("RENDERED", 1)}
    assert '"queued":0,"rendered":40,"failed":0' in await database.value(LAST_PROGRESS)


async def test_a_bad_document_is_retried_then_parked_with_its_reason_and_stops_no_other(
    database: Database, files: FolderStore, tmp_path: Path
) -> None:
    work = work_on(database)
    await issue(work, a_month(3, trouble=2))
    async with a_press(troubled_renderer(tmp_path, "echo out of ink >&2; exit 9")) as press:
        for attempt in range(1, ATTEMPTS + 1):
            assert await render_documents(work, press, files) == (3 if attempt == 1 else 1)
            statuses = [row["status"] for row in await documents(database)]
            assert statuses == ["RENDERED", "FAILED" if attempt == ATTEMPTS else "QUEUED", "RENDERED"]
            await let_time_pass(database)
        assert await render_documents(work, press, files) == 0
    assert "out of ink" in (await documents(database))[1]["reason"]
    assert '"queued":0,"rendered":2,"failed":1' in await database.value(LAST_PROGRESS)


async def test_documents_wait_for_the_file_store_without_losing_attempts(database: Database, tmp_path: Path) -> None:
    work = work_on(database)
    await issue(work, a_month(2))
    (tmp_path / "files").mkdir()
    (tmp_path / "files/invoices").write_text("a file where a folder is wanted")
    files = FolderStore.open(tmp_path / "files")
    async with a_press() as press:
        with pytest.raises(OSError, match="invoices"):
            await render_documents(work, press, files)
        assert {(row["status"], row["attempts"]) for row in await documents(database)} == {("QUEUED", 0)}
        (tmp_path / "files/invoices").unlink()
        assert await render_documents(work, press, files) == 2
    assert {row["status"] for row in await documents(database)} == {"RENDERED"}


async def test_every_batch_under_way_gives_back_what_waits(database: Database, tmp_path: Path) -> None:
    work = work_on(database)
    await issue(work, a_month(40))
    (tmp_path / "files").mkdir()
    (tmp_path / "files/invoices").write_text("a file where a folder is wanted")
    job = RenderingJob(work, FolderStore.open(tmp_path / "files"), Typesetter())
    async with a_press() as press:
        with pytest.raises(OSError, match="invoices"):
            await job._clear_the_queue(press)
    assert {(row["status"], row["attempts"]) for row in await documents(database)} == {("QUEUED", 0)}


async def test_without_a_renderer_documents_stay_queued(database: Database, files: FolderStore) -> None:
    work = work_on(database)
    await issue(work, a_month(1))
    job = RenderingJob(work, files, Typesetter(), binary=Path("/nowhere/wkhtmltopdf"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await job.run()
    assert [(row["status"], row["attempts"]) for row in await documents(database)] == [("QUEUED", 0)]


async def test_a_killed_process_loses_and_doubles_nothing(
    database: Database, files: FolderStore, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    """In the middle of its work, to which one document holds it until it dies."""
    work = work_on(database)
    await issue(work, a_month(40, trouble=40))
    holding = troubled_renderer(tmp_path, "exec cat >/dev/null")
    program = (sys.executable, "-m", "tests.services.invoicing.rendering_alone")
    process = await asyncio.create_subprocess_exec(*program, database.config.url, str(tmp_path), holding.binary)
    await eventually(lambda: any((tmp_path / "files").rglob("*.pdf")))
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert {row["status"] for row in await documents(database)} >= {"QUEUED"}
    await let_time_pass(database)
    async with a_press() as press:
        while await render_documents(work, press, files):
            pass
    rows = await documents(database)
    assert [(row["number"], row["status"]) for row in rows] == [(f"NV/2627/{n:06}", "RENDERED") for n in range(1, 41)]
    stored = sorted(path.relative_to(tmp_path / "files").as_posix() for path in (tmp_path / "files").rglob("*.pdf"))
    assert stored == [row["file_key"] for row in rows]
    for row in rows:
        assert sha256(await files.read(row["file_key"])).hexdigest() == row["sha256"]
