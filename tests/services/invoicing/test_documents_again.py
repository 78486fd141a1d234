"""Documents that failed or were lost: an operator sees them, a coordinator has them rendered again."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.invoicing.component import COMPONENT
from shared.auth.viewer import Role, Viewer
from tests.asking import Refused
from tests.conftest import Hosting
from tests.services.invoicing.documents import texts
from tests.services.invoicing.statements import a_cycle, a_statement, same_id
from tests.services.invoicing.till import Till
from tests.services.invoicing.troubled import troubled_renderer

Eventually = Callable[[Callable[[], Any]], Any]
AGAIN = "mutation ($id: ID!) { rerenderInvoice(id: $id) { queued invoice { documentStatus } } }"
PARKED = "{ parkedDocuments { totalCount nodes { version attempts reason invoice { id number } } } }"
VERSIONS = """query ($id: ID!) { invoice(id: $id) { documentStatus pdf { sha256 }
  documents { version status paymentStatus reason pdf { sha256 url } } } }"""

HOUR = timedelta(hours=1)
LONGER_THAN_ANY_PAUSE = 2 * HOUR
AS_IF_PAUSES_WERE_OVER = """
    UPDATE document SET due_at = $1 WHERE status = 'QUEUED' AND reason IS NOT NULL AND due_at < $2
"""
"""Of what is not being drawn at the moment: a second renderer would take it, too, and count another attempt."""


@pytest.fixture
async def till(hosting: Hosting) -> AsyncIterator[Till]:
    async with hosting([COMPONENT], NIVAA_FREEZE="none") as asker:
        yield Till(asker)


async def shown(till: Till, invoice: str, viewer: Viewer | None = None) -> dict[str, Any]:
    found: dict[str, Any] = (await till.asker.ask("invoicing", VERSIONS, viewer, id=invoice))["invoice"]
    return found


async def rendered(till: Till, invoice: str, eventually: Eventually) -> dict[str, Any]:
    async def once() -> Any:
        found = await shown(till, invoice)
        return found["documentStatus"] == "RENDERED" and found

    found: dict[str, Any] = await eventually(once)
    return found


async def again(till: Till, invoice: str) -> int:
    queued: int = (await till.asker.ask("invoicing", AGAIN, id=invoice))["rerenderInvoice"]["queued"]
    return queued


def file_of(till: Till, name: str) -> Path:
    path: Path = till.asker.host.settings.data_dir / "files/invoices/2026-10" / name
    return path


async def verify(till: Till) -> tuple[int, str]:
    """`nivaa invoices verify` in a process of its own: its exit code and what it says."""
    host = till.asker.host
    environment = {
        "NIVAA_DATA_DIR": str(host.settings.data_dir),
        "INVOICING_DATABASE_URL": till.database.config.url,
        "PYTHONPATH": str(Path.cwd()),
        "COLUMNS": "200",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "nivaa", "invoices", "verify"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_a_lost_file_is_named_and_comes_back_as_the_same_bytes(till: Till, eventually: Eventually) -> None:
    asha = await till.meet("Asha")
    (invoice,) = await till.issue("2026-10", (asha, 50_000))
    await rendered(till, invoice, eventually)
    await till.pay(asha, "200")
    both = await rendered(till, invoice, eventually)
    assert [(each["version"], each["paymentStatus"]) for each in both["documents"]] == [
        (2, "PARTIALLY_PAID"),
        (1, "UNPAID"),
    ]
    assert both["pdf"]["sha256"] == both["documents"][0]["pdf"]["sha256"] != both["documents"][1]["pdf"]["sha256"]
    code, said = await verify(till)
    assert (code, "All 2 PDFs are as stored." in said) == (0, True)
    assert await again(till, invoice) == 0
    first = file_of(till, "NV-2627-000001.pdf")
    kept = first.read_bytes()
    first.unlink()
    code, said = await verify(till)
    assert code == 1
    assert "NV/2627/000001, version 1: invoices/2026-10/NV-2627-000001.pdf is lost" in said
    assert "1 of 2 PDFs are lost or changed." in said
    assert await again(till, invoice) == 1
    await eventually(first.exists)
    assert first.read_bytes() == kept
    assert (await rendered(till, invoice, eventually))["documents"] != []


async def test_beside_a_changed_file_a_further_version_is_made(till: Till, eventually: Eventually) -> None:
    (invoice,) = await till.issue("2026-10", (await till.meet("Asha"), 50_000))
    before = await rendered(till, invoice, eventually)
    file_of(till, "NV-2627-000001.pdf").write_bytes(b"forged")
    code, said = await verify(till)
    assert (code, "NV-2627-000001.pdf is not what was stored" in said) == (1, True)
    assert sorted(await asyncio.gather(*(again(till, invoice) for _ in range(3)))) == [0, 0, 1]
    after = await rendered(till, invoice, eventually)
    assert [each["version"] for each in after["documents"]] == [2, 1]
    assert after["pdf"]["sha256"] == before["pdf"]["sha256"]
    assert file_of(till, "NV-2627-000001.pdf").read_bytes() == b"forged"
    assert "Unpaid" in texts(file_of(till, "NV-2627-000001-2.pdf").read_bytes())[0]


async def test_what_failed_is_parked_with_its_reason_until_it_is_asked_for_again(
    hosting: Hosting, tmp_path: Path, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.invoicing.use_cases.render_documents.LEASE", LONGER_THAN_ANY_PAUSE)
    troubled = troubled_renderer(tmp_path, f"test -e {tmp_path}/mended || {{ echo out of ink >&2; exit 9; }}")
    async with hosting([COMPONENT], NIVAA_FREEZE="none", NIVAA_WKHTMLTOPDF=troubled.binary) as asker:
        till = Till(asker)
        names = ("Asha Rao", "TROUBLE", "Chitra Iyer")
        statements = [a_statement(n, sessions=1, parent_name=name) for n, name in enumerate(names, start=1)]
        await asker.publish(*a_cycle("2026-10", statements))

        async def parked() -> Any:
            await till.database.execute(AS_IF_PAUSES_WERE_OVER, datetime.now(UTC), datetime.now(UTC) + HOUR)
            found = (await asker.ask("invoicing", PARKED))["parkedDocuments"]
            return found["totalCount"] and found["nodes"]

        (failed,) = await eventually(parked)
        assert (failed["version"], failed["attempts"], failed["invoice"]["number"]) == (1, 4, "NV/2627/000002")
        assert "out of ink" in failed["reason"]
        invoice = failed["invoice"]["id"]
        mine = Viewer(str(same_id("parent", 2)), Role.PARENT)
        assert (await shown(till, invoice, mine))["documents"][0]["reason"] is None
        (tmp_path / "mended").touch()
        assert await again(till, invoice) == 1
        await rendered(till, invoice, eventually)
        assert (await asker.ask("invoicing", PARKED))["parkedDocuments"]["totalCount"] == 0
        entries = (await asker.ask("invoicing", "{ invoicingAudit { nodes { action subjectId reason } } }"))[
            "invoicingAudit"
        ]["nodes"]
        assert [(entry["action"], entry["subjectId"]) for entry in entries] == [("RERENDER_INVOICE", invoice)]
        assert "out of ink" in entries[0]["reason"]


async def test_only_coordinators_see_and_mend_what_failed(till: Till) -> None:
    asha = await till.meet("Asha")
    (invoice,) = await till.issue("2026-10", (asha, 50_000))
    for role in (Role.PARENT, Role.TUTOR):
        for question in (PARKED, AGAIN):
            with pytest.raises(Refused) as refused:
                await till.asker.ask("invoicing", question, Viewer(str(asha), role), id=invoice)
            assert refused.value.code == "FORBIDDEN"
    for unknown, code in ((str(same_id("nobody")), "NOT_FOUND"), ("NV/2627/000001", "INVALID_INPUT")):
        with pytest.raises(Refused) as refused:
            await again(till, unknown)
        assert refused.value.code == code
