"""The last touch on a PDF: who wrote it and in which language, and the same bytes each time."""

import io

import pikepdf
from pikepdf import Name, ObjectStreamMode, Pdf, String

PRODUCER = "NIVAA Billing"


def finish(raw: bytes, title: str, author: str, language: str) -> bytes:
    """Drops the time of drawing and names title, author and language; the identifier comes from the content."""
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        del pdf.docinfo
        pdf.docinfo[Name.Title] = String(title)
        pdf.docinfo[Name.Author] = String(author)
        pdf.docinfo[Name.Producer] = String(PRODUCER)
        pdf.Root.Lang = String(language)
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        return _saved(pdf)


def _saved(pdf: Pdf) -> bytes:
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
    return buffer.getvalue()
