"""The PDF itself, drawn by the real wkhtmltopdf."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pikepdf
import pypdfium2  # type: ignore[import-untyped]
import pytest

from services.invoicing.document.html import Typesetter
from services.invoicing.document.options import RendererMissing, find_renderer
from services.invoicing.document.press import Press
from services.invoicing.document.workers import PoolLimits, RendererPool, RenderingFailed
from tests.services.invoicing.documents import a_document, texts
from tests.services.invoicing.statements import a_statement
from tests.services.invoicing.troubled import troubled_renderer

PLAIN_PAGE = "<html><body><p>calm</p></body></html>"


@pytest.fixture
async def pool() -> AsyncIterator[RendererPool]:
    async with RendererPool(find_renderer()) as pool:
        yield pool


@pytest.fixture
def press(pool: RendererPool) -> Press:
    return Press(pool, Typesetter())


async def test_the_page_says_what_the_statement_says(press: Press) -> None:
    (text,) = texts(await press.print(a_document(a_statement(sessions=8))))
    for expected in (
        *("NIVAA Learning", "29ABCDE1234F1Z5", "NV/2627/000123", "October 2026", "1 Nov 2026"),
        *("Asha Rao", "asha@example.org", "Ira Rao", "Meena Iyer", "Søren Ångström"),
        *("1 Oct 2026", "10:00", "Add-on", "Overage", "₹450.00", "3 / 20 used"),
        *("₹8,100.00", "less ₹900.00", "Sibling discount 5 %", "-₹405.00", "₹7,695.00", "Unpaid"),
    ):
        assert expected in text


async def test_two_hundred_sessions_repeat_the_table_head_on_every_page(press: Press) -> None:
    pages = texts(await press.print(a_document(a_statement(sessions=200))))
    assert len(pages) == 6
    assert all("Covered by" in page for page in pages[:-1])
    assert [f"Page {number} of 6" in page for number, page in enumerate(pages, start=1)] == [True] * 6


async def test_the_pdf_names_its_title_author_and_language(press: Press, tmp_path: Path) -> None:
    file = tmp_path / "invoice.pdf"
    file.write_bytes(await press.print(a_document(a_statement(parent_name="आशा राव"))))
    with pikepdf.open(file) as pdf:
        assert str(pdf.docinfo["/Title"]) == "Invoice NV/2627/000123 · आशा राव"
        assert str(pdf.docinfo["/Author"]) == "NIVAA Learning"
        assert str(pdf.Root["/Lang"]) == "en-IN"
        assert "/CreationDate" not in pdf.docinfo


async def test_fresh_processes_write_the_same_bytes(press: Press) -> None:
    document = a_document(a_statement(sessions=30))
    digests = {sha256(await press.print(document)).hexdigest() for _ in range(3)}
    async with RendererPool(find_renderer(), PoolLimits(documents_per_process=1)) as recycling:
        for _ in range(2):
            digests.add(sha256(await Press(recycling, Typesetter()).print(document)).hexdigest())
    assert len(digests) == 1


class _Listener:
    """Counts who connects to a port of this machine."""

    def __init__(self) -> None:
        self.connections = 0

    async def __aenter__(self) -> "_Listener":
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _connected(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nSTOLEN")
        await writer.drain()
        writer.close()


def _loading(url: str) -> str:
    return (
        f'<img src="{url}i"><iframe src="{url}f"></iframe><script src="{url}s"></script><object data="{url}o"></object>'
        f'<link rel="stylesheet" href="{url}c"><style>@import "{url}m"; p {{ background: url({url}b) }}</style><p>x</p>'
    )


async def test_a_hostile_name_is_printed_and_loads_nothing(press: Press, tmp_path: Path) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("SECRET")
    async with _Listener() as listener:
        for hostile in (_loading(listener.url), _loading(secret.as_uri()), '<meta name="pdfkit-page-size">'):
            (text,) = texts(await press.print(a_document(a_statement(parent_name=hostile))))
            assert hostile[:12] in text
            assert "SECRET" not in text
        assert listener.connections == 0


@pytest.mark.parametrize("policy", ["", "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">"])
async def test_even_unescaped_markup_loads_nothing(pool: RendererPool, tmp_path: Path, policy: str) -> None:
    """The escaping is the first wall; this is what stands behind it."""
    secret = tmp_path / "secret.html"
    secret.write_text("SECRET")
    async with _Listener() as listener:
        for url in (listener.url, secret.as_uri() + "?"):
            page = f"<html><head>{policy}</head><body>{_loading(url)}</body></html>"
            try:
                drawn = "".join(texts(await pool.draw(page)))
            except RenderingFailed:
                continue
            assert "SECRET" not in drawn
            assert "STOLEN" not in drawn
        assert listener.connections == 0


async def test_a_killed_process_costs_no_other_document(pool: RendererPool) -> None:
    await pool.draw(PLAIN_PAGE)
    for worker in pool._workers:
        if worker._process is not None:
            worker._process.kill()
            await worker._process.wait()
    assert texts(await pool.draw(PLAIN_PAGE)) == ["calm"]


@pytest.mark.parametrize(
    ("script", "seconds", "reason"),
    [("exec sleep 60", 6, "not drawn within"), ("echo out of memory >&2; exit 9", 60, "out of memory")],
)
async def test_a_hang_or_a_crash_costs_that_document_only(
    tmp_path: Path, script: str, seconds: float, reason: str
) -> None:
    limits = PoolLimits(processes=1, timeout_seconds=seconds)
    async with RendererPool(troubled_renderer(tmp_path, script), limits) as pool:
        results = await asyncio.gather(
            *(pool.draw(page) for page in (PLAIN_PAGE, "TROUBLE", PLAIN_PAGE)), return_exceptions=True
        )
    first, second, third = results
    assert isinstance(first, bytes)
    assert isinstance(second, RenderingFailed)
    assert reason in str(second)
    assert isinstance(third, bytes)


async def test_processes_are_recycled() -> None:
    async with RendererPool(find_renderer(), PoolLimits(processes=1, documents_per_process=2)) as pool:
        for _ in range(5):
            await pool.draw(PLAIN_PAGE)
        assert pool._workers[0].documents == 1


async def test_nothing_is_left_in_the_folder(pool: RendererPool) -> None:
    await pool.draw(PLAIN_PAGE)
    assert list(Path(pool._folder.name).glob("*.*")) == []  # noqa: ASYNC240 -- a handful of names


def test_a_missing_binary_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(RendererMissing, match="at /nowhere/wkhtmltopdf: install it"):
        find_renderer(Path("/nowhere/wkhtmltopdf"))
    (tmp_path / "which").symlink_to("/usr/bin/which")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RendererMissing, match="on the PATH"):
        find_renderer()


async def test_long_names_stay_in_their_places(press: Press) -> None:
    """Nothing that is printed stands to the right of the page's own margin, whoever has the longest name."""
    long = "Wolfeschlegelsteinhausenbergerdorff " * 300
    printed = await press.print(a_document(a_statement(parent_name=long, children=(long, "इरा" * 5_000))))
    with pypdfium2.PdfDocument(printed) as pdf:
        assert len(pdf) == 1
        text, (width, _) = pdf[0].get_textpage(), pdf[0].get_size()
        amount = text.search("7,695.00").get_next()
        assert amount is not None
        assert all(text.get_charbox(index)[2] < width for index in range(amount[0], amount[0] + amount[1]))
