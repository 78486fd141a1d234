"""Stored documents, read again: each must be the bytes whose SHA-256 was kept."""

from hashlib import sha256

from shared.errors import NivaaError
from shared.files.store import FileMissing, FileStore


class DocumentDamaged(NivaaError):
    """What was stored is not there, or is something else; the message names the file."""


class DocumentLost(DocumentDamaged):
    """The file store has nothing under the document's key."""


class DocumentChanged(DocumentDamaged):
    """Under the document's key is something else than was stored."""


async def read_document(files: FileStore, key: str, kept_sha256: str | None) -> bytes:
    """Raises DocumentLost, DocumentChanged; without a kept hash whatever is there is a change."""
    try:
        content = await files.read(key)
    except FileMissing:
        raise DocumentLost(f"{key} is lost") from None
    if sha256(content).hexdigest() != kept_sha256:
        raise DocumentChanged(f"{key} is not what was stored")
    return content
