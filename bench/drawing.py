"""Who draws: ours, pdfkit as its manual begins, and pdf-lib in node. Each on one core, into a folder, checked."""

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pdfkit
import pypdfium2  # type: ignore[import-untyped]

from bench.invoice_contents import FONTS, as_words
from services.invoicing.document.html import Typesetter
from services.invoicing.document.model import InvoiceDocument
from services.invoicing.document.options import find_renderer
from services.invoicing.document.press import Press
from services.invoicing.document.workers import PoolLimits, RendererPool

PDF_LIB = Path(__file__).parent / "pdf_lib"
PLAIN_INVOICES = 10
"""So many by pdfkit: what it takes for one does not depend on how many there are."""

Contestant = Callable[[Sequence[InvoiceDocument], Path], float]
"""Draws invoices into a folder; gives seconds an invoice."""


def by_ours(invoices: Sequence[InvoiceDocument], folder: Path) -> float:
    return asyncio.run(_by_press(invoices, folder))


async def _by_press(invoices: Sequence[InvoiceDocument], folder: Path) -> float:
    with one_core():
        async with RendererPool(find_renderer(), PoolLimits(processes=1)) as pool:
            press = Press(pool, Typesetter())
            await press.print(invoices[0])
            start = time.perf_counter()
            for index, invoice in enumerate(invoices):
                _keep(folder, index, await press.print(invoice))
            seconds = time.perf_counter() - start
    _check(invoices, folder)
    return seconds / len(invoices)


def by_pdfkit(invoices: Sequence[InvoiceDocument], folder: Path) -> float:
    typesetter, some = Typesetter(), invoices[:PLAIN_INVOICES]
    with one_core():
        start = time.perf_counter()
        for index, invoice in enumerate(some):
            _keep(folder, index, pdfkit.from_string(typesetter.html(invoice), False))
        seconds = time.perf_counter() - start
    _check(some, folder)
    return seconds / len(some)


def by_pdf_lib(invoices: Sequence[InvoiceDocument], folder: Path) -> float:
    """The first half warms its compiler up and is not counted."""
    if not (PDF_LIB / "node_modules").exists():
        subprocess.run(["npm", "ci", "--prefix", PDF_LIB], check=True, stdout=subprocess.DEVNULL)
    contents = folder / "contents.json"
    contents.write_text(json.dumps({"fonts": FONTS, "invoices": [as_words(each) for each in invoices]}))
    with one_core():
        drawing: list[str | Path] = ["node", PDF_LIB / "draw.mjs", contents, folder]
        done = subprocess.run(drawing, check=True, capture_output=True, text=True)
    _check(invoices, folder)
    return float(done.stdout) / (len(invoices) - len(invoices) // 2)


CONTESTANTS: dict[str, Contestant] = {"ours": by_ours, "pdfkit": by_pdfkit, "pdf-lib": by_pdf_lib}


@contextmanager
def one_core() -> Iterator[None]:
    """This process, and every process that it starts."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _keep(folder: Path, index: int, pdf: bytes) -> None:
    (folder / f"{index}.pdf").write_bytes(pdf)


def _check(invoices: Sequence[InvoiceDocument], folder: Path) -> None:
    """Every PDF is one page that names its number, its parent and both children, and says what is due."""
    for index, invoice in enumerate(invoices):
        with pypdfium2.PdfDocument(folder / f"{index}.pdf") as pdf:
            assert len(pdf) == 1
            text = pdf[0].get_textpage().get_text_bounded()
        words = as_words(invoice)
        for expected in (invoice.number, invoice.parent.name, str(words["due"]), "Ira Rao", "Add"):
            assert expected in text, f"{expected} is not on the page"
