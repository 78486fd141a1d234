"""What wkhtmltopdf is told: pdfkit finds the binary and writes the options. Pure but for the look-up of the binary.

Pages are drawn from files of our own, never with pdfkit.from_string, which lets `<meta name="pdfkit-...">` of the
content become command-line options (CVE-2025-26240).
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pdfkit

from shared.errors import NivaaError

NO_PROXY_LISTENS_HERE = "http://127.0.0.1:9"
OPTIONS: Mapping[str, str] = {
    "page-size": "A4",
    "margin-top": "0",
    "margin-right": "0",
    "margin-bottom": "0",
    "margin-left": "0",
    "encoding": "utf-8",
    "title": "Invoice",
    "disable-javascript": "",
    "javascript-delay": "0",
    "disable-plugins": "",
    "disable-local-file-access": "",
    "proxy": NO_PROXY_LISTENS_HERE,
}
"""The last four and the page's Content-Security-Policy each keep a page from reading files or the network."""


class RendererMissing(NivaaError):
    """wkhtmltopdf is not installed. Documents wait in the queue until it is; everything else works."""


@dataclass(frozen=True, slots=True)
class Renderer:
    """The binary, and the arguments that come before the names of the input and the output."""

    binary: str
    arguments: tuple[str, ...]


def find_renderer(binary: Path | None = None) -> Renderer:
    """Looks on the PATH unless told where. Raises RendererMissing."""
    try:
        configuration = pdfkit.configuration(wkhtmltopdf=str(binary) if binary else "")
    except OSError:
        raise RendererMissing(f"no wkhtmltopdf {f'at {binary}' if binary else 'on the PATH'}: install it") from None
    kit = pdfkit.PDFKit(io.StringIO(), "file", options=OPTIONS, configuration=configuration, verbose=True)
    found, *arguments, _input, _output = kit.command()
    return Renderer(found, tuple(arguments))
