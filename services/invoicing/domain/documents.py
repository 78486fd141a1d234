"""The life of a document: queued, then rendered, or failed after its last attempt.

QUEUED ─ drawn and stored ─▶ RENDERED ─ its file is lost, and somebody asks for it ─▶ QUEUED
  │ ▲ └─ attempt failed: due again after a pause
  └─── last attempt failed ─▶ FAILED, where an operator sees the reason ─ and asks for it again ─▶ QUEUED
"""

from datetime import datetime, timedelta
from enum import StrEnum

from shared.period import Month

ATTEMPTS = 4
FIRST_PAUSE = timedelta(seconds=5)


class DocumentStatus(StrEnum):
    QUEUED = "QUEUED"
    RENDERED = "RENDERED"
    FAILED = "FAILED"


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When a document that failed on that attempt is due again; None after the last."""
    return now + FIRST_PAUSE * 4 ** (attempts - 1) if attempts < ATTEMPTS else None


def file_name(number: str, version: int) -> str:
    """`NV-2627-000123.pdf`, and `NV-2627-000123-2.pdf` for its second version."""
    stem = number.replace("/", "-")
    return f"{stem}.pdf" if version == 1 else f"{stem}-{version}.pdf"


def file_key(month: Month, number: str, version: int) -> str:
    return f"invoices/{month}/{file_name(number, version)}"
