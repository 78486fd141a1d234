"""A month as a ZIP and as a CSV: through the gateway over real HTTP, with invoicing in its process or in another."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
import pytest

from services.gateway.component import COMPONENT as GATEWAY
from services.invoicing.component import COMPONENT
from services.invoicing.exports import FILES_AT_ONCE, harmless
from shared.auth.viewer import MONEY_READ, Role, Viewer
from shared.contracts.billing import Statement
from shared.runtime.serving import serving
from tests.conftest import Hosting
from tests.services.invoicing.statements import same_id
from tests.services.invoicing.till import Till, owing

RENDERED = """
    UPDATE document SET status = 'RENDERED', file_key = $2, sha256 = $3, size_bytes = $4, rendered_at = $5
    WHERE version = $6 AND invoice_id = (SELECT id FROM invoice WHERE number = $1)
"""
NO_RENDERER: dict[str, Any] = {"NIVAA_WKHTMLTOPDF": "/nowhere/wkhtmltopdf"}


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Office:
    """A till, and a browser in front of the gateway."""

    till: Till
    url: str
    http: aiohttp.ClientSession

    def ask(self, name: str, viewer: Viewer | None = None, token: str | None = None) -> Any:
        token = self.till.asker.token(viewer) if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.get(f"{self.url}/billing/invoices/{name}", headers=headers)

    async def get(self, name: str, viewer: Viewer | None = None, token: str | None = None) -> Answer:
        async with self.ask(name, viewer, token) as response:
            return Answer(response.status, response.headers, await response.read())

    async def shelve(self, number: str, content: bytes, version: int = 1) -> Path:
        """The document as if it had been rendered; gives where it is."""
        stem = number.replace("/", "-") + (f"-{version}" if version > 1 else "")
        host = self.till.asker.host
        stored = await host.files.put_if_absent(f"invoices/2026-10/{stem}.pdf", content, "application/pdf")
        values = (number, stored.key, stored.sha256, stored.size_bytes, datetime.now(UTC), version)
        await self.till.database.execute(RENDERED, *values)
        return host.settings.data_dir / "files" / stored.key


@pytest.fixture(params=["one process", "two processes"])
async def office(request: pytest.FixtureRequest, hosting: Hosting) -> AsyncIterator[Office]:
    """For "two processes" the gateway reaches invoicing by its URL, which is all that it would know of another one."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        settings = {"NIVAA_FREEZE": "none", **NO_RENDERER}
        if request.param == "one process":
            asker = await stack.enter_async_context(hosting([COMPONENT, GATEWAY], **settings))
            port = await stack.enter_async_context(serving(asker.host, port=0))
        else:
            asker = await stack.enter_async_context(hosting([COMPONENT], **settings))
            behind = await stack.enter_async_context(serving(asker.host, port=0))
            front = await stack.enter_async_context(hosting([GATEWAY], INVOICING_URL=f"http://127.0.0.1:{behind}"))
            port = await stack.enter_async_context(serving(front.host, port=0))
        yield Office(Till(asker), f"http://127.0.0.1:{port}", http)


def billed(name: str, total_minor: int, ordinal: int, children: tuple[str, ...] = ("Ira",)) -> Statement:
    statement = owing(same_id("person", name), total_minor, ordinal)
    return msgspec.structs.replace(statement, parent_name=name, children=list(children))


def numbers(count: int) -> list[str]:
    return [f"NV/2627/{number:06}" for number in range(1, count + 1)]


async def test_a_months_pdfs_come_as_one_archive(office: Office) -> None:
    statements = [billed(f"parent {n}", 10_000, n) for n in range(1, 6)]
    await office.till.asker.publish(*office.till.cycle("2026-10", statements))
    one, two, three, four, _ = numbers(5)
    await office.shelve(one, b"%PDF one")
    await office.till.pay(same_id("person", "parent 2"), "10")
    await office.shelve(two, b"%PDF two")
    await office.shelve(two, b"%PDF two, partly paid", version=2)
    (await office.shelve(three, b"%PDF three")).unlink()
    (await office.shelve(four, b"%PDF four")).write_bytes(b"%PDF another")
    answer = await office.get("2026-10.zip")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/zip")
    assert 'filename="invoices-2026-10.zip"' in answer.headers["Content-Disposition"]
    assert "Content-Length" not in answer.headers
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "NV-2627-000001.pdf": b"%PDF one",
            "NV-2627-000002-2.pdf": b"%PDF two, partly paid",
            "NOT-INCLUDED.txt": b"NV/2627/000003: invoices/2026-10/NV-2627-000003.pdf is lost\n"
            b"NV/2627/000004: invoices/2026-10/NV-2627-000004.pdf is not what was stored\n"
            b"NV/2627/000005: QUEUED\n",
        }


async def test_files_are_read_while_the_archive_is_being_sent(office: Office) -> None:
    """What is taken away after the first piece was sent is not in the rest of it: nothing was read ahead."""
    count = 4 * FILES_AT_ONCE
    statements = [billed(f"parent {n}", 10_000, n) for n in range(1, count + 1)]
    await office.till.asker.publish(*office.till.cycle("2026-10", statements))
    large = b"%PDF" + b"\0" * 2_000_000
    paths = [await office.shelve(number, large) for number in numbers(count)]
    async with office.ask("2026-10.zip") as response:
        first = await response.content.readany()
        paths[-1].unlink()
        whole = first + await response.read()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert len(archive.namelist()) == count
        assert archive.read("NOT-INCLUDED.txt").decode().startswith(f"{numbers(count)[-1]}: ")


async def test_an_archive_that_breaks_off_does_not_look_whole(office: Office) -> None:
    statements = [billed(f"parent {n}", 10_000, n) for n in range(1, 2 * FILES_AT_ONCE + 1)]
    await office.till.asker.publish(*office.till.cycle("2026-10", statements))
    paths = [await office.shelve(number, b"\0" * 2_000_000) for number in numbers(2 * FILES_AT_ONCE)]
    paths[-1].unlink()
    paths[-1].mkdir()  # cannot be read, and is not missing either
    with pytest.raises(aiohttp.ClientError):
        await office.get("2026-10.zip")


async def test_a_months_invoices_come_as_a_table(office: Office) -> None:
    hostile = '=HYPERLINK("http://evil","x"), "quoted"'
    statements = [
        billed("आशा राव", 100_000_050, 1, ("Ira", "Dev, the second")),
        billed(hostile, 20_000, 2, ("+1-2", "-x")),
        billed("Chitra", -5_000, 3),
        billed("@SUM(A1)", 30_000, 4),
    ]
    await office.till.asker.publish(*office.till.cycle("2026-10", statements))
    await office.till.pay(same_id("person", "आशा राव"), "50.50")
    rows = await office.till.database.rows("SELECT id FROM invoice WHERE ordinal = 4")
    await office.till.void(str(rows[0]["id"]), "-1 is not a price")
    answer = await office.get("2026-10.csv")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8; header=present")
    lines = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
    assert [line["number"] for line in lines] == numbers(4)
    asha, other, chitra, void = lines
    assert (asha["parent"], asha["children"], asha["issued_on"]) == ("आशा राव", "Ira, Dev, the second", "2026-11-01")
    assert [asha[name] for name in ("total", "paid", "due", "payment_status", "currency")] == [
        *("1000000.50", "50.50", "999950.00", "PARTIALLY_PAID", "INR")
    ]
    assert (other["parent"], other["children"]) == (f"'{hostile}", "'+1-2, -x")
    assert (chitra["total"], chitra["due"], chitra["payment_status"]) == ("-50.00", "0.00", "PAID")
    assert (void["parent"], void["payment_status"], void["void_reason"]) == ("'@SUM(A1)", "VOID", "'-1 is not a price")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1"])
def test_a_formula_is_marked_as_text(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"


async def test_who_may_not_or_asks_for_what_is_not_there_is_told_in_json(office: Office) -> None:
    await office.till.issue("2026-10", (same_id("person", "Asha"), 10_000))
    person = str(same_id("person", "Asha"))
    asked: list[tuple[str, Viewer | None, str | None, int, str]] = [
        ("2026-10.csv", None, "", 401, "UNAUTHENTICATED"),
        ("2026-10.zip", None, "nonsense", 401, "UNAUTHENTICATED"),
        ("2026-10.zip", Viewer(person, Role.PARENT), None, 403, "FORBIDDEN"),
        ("2026-10.csv", Viewer(person, Role.TUTOR), None, 403, "FORBIDDEN"),
        ("2026-11.zip", None, None, 404, "NOT_FOUND"),
        ("2026-10.pdf", None, None, 404, "NOT_FOUND"),
        ("2026-10", None, None, 404, "NOT_FOUND"),
        ("2026-13.csv", None, None, 400, "INVALID_INPUT"),
        ("%E0%A4%86.csv", None, None, 400, "INVALID_INPUT"),
    ]
    for name, viewer, token, status, code in asked:
        answer = await office.get(name, viewer, token)
        assert (answer.status, answer.headers["Content-Type"]) == (status, "application/json"), name
        assert msgspec.json.decode(answer.body)["errors"][0]["extensions"]["code"] == code, name


async def test_the_freeze_refuses_exports_but_to_machines_that_may_read_money(hosting: Hosting) -> None:
    async with (
        hosting([COMPONENT, GATEWAY], NIVAA_FREEZE="coordinator", **NO_RENDERER) as asker,
        serving(asker.host, port=0) as port,
        aiohttp.ClientSession() as http,
    ):
        office = Office(Till(asker), f"http://127.0.0.1:{port}", http)
        await office.till.issue("2026-10", (same_id("person", "Asha"), 10_000))
        for name in ("2026-10.zip", "2026-10.csv"):
            frozen = await office.get(name)
            assert (frozen.status, msgspec.json.decode(frozen.body)["errors"][0]["extensions"]["code"]) == (
                409,
                "MONEY_FROZEN",
            )
            machine = Viewer(str(UUID(int=1)), Role.SERVICE, frozenset({MONEY_READ}))
            assert (await office.get(name, machine)).status == 200


async def test_without_the_file_store_there_is_no_archive_but_a_table(office: Office) -> None:
    await office.till.issue("2026-10", (same_id("person", "Asha"), 10_000))
    (office.till.asker.host.settings.data_dir / "files/.link-secret").unlink()
    answer = await office.get("2026-10.zip")
    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/json")
    assert msgspec.json.decode(answer.body)["errors"][0]["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"
    assert (await office.get("2026-10.csv")).status == 200


async def test_without_invoicing_there_is_no_export(hosting: Hosting) -> None:
    async with hosting([GATEWAY]) as asker, serving(asker.host, port=0) as port, aiohttp.ClientSession() as http:
        answer = await Office(Till(asker), f"http://127.0.0.1:{port}", http).get("2026-10.csv")
        assert answer.status == 503
        assert msgspec.json.decode(answer.body)["errors"][0]["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"
