from datetime import UTC, datetime, timedelta

from services.invoicing.domain.documents import ATTEMPTS, file_key, next_attempt
from shared.files.store import checked_key
from shared.period import Month

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_a_document_is_tried_again_after_longer_and_longer_pauses_and_then_given_up() -> None:
    due = [next_attempt(attempt, NOW) for attempt in range(1, ATTEMPTS + 1)]
    assert due == [NOW + timedelta(seconds=seconds) for seconds in (5, 20, 80)] + [None]


def test_every_version_has_a_key_of_its_own() -> None:
    keys = [file_key(Month(2026, 10), "NV/2627/000123", version) for version in (1, 2)]
    assert keys == ["invoices/2026-10/NV-2627-000123.pdf", "invoices/2026-10/NV-2627-000123-2.pdf"]
    assert [checked_key(key) for key in keys] == keys
