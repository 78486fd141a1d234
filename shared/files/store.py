"""The port of every file store: files are written once, read by key, and handed out by expiring links."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from urllib.parse import quote

from starlette.routing import Route

from shared.errors import NivaaError

_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_KEY = re.compile(rf"{_SEGMENT}(/{_SEGMENT})*")
_LONGEST_KEY = 512


class FileExists(NivaaError):
    """The key already holds other content; nothing was changed."""


class FileMissing(NivaaError):
    """Nothing is stored under the key."""


class InvalidKey(NivaaError):
    """A key that is not like `invoices/2026-10/NV-2627-000123.pdf`."""


class FileStoreUnavailable(NivaaError):
    """The store did not answer as it should; trying again later may help."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is stored: SHA-256 in hexadecimal, size in bytes."""

    key: str
    sha256: str
    size_bytes: int

    @classmethod
    def of(cls, key: str, content: bytes) -> "StoredFile":
        return cls(key, hashlib.sha256(content).hexdigest(), len(content))


class FileStore(Protocol):
    @property
    def routes(self) -> Sequence[Route]:
        """What the host must serve for this store's links to work; empty when they lead elsewhere."""

    async def put_if_absent(self, key: str, content: bytes, media_type: str) -> StoredFile:
        """Stores the content; the same content again changes nothing. Raises FileExists for other content."""

    async def read(self, key: str) -> bytes:
        """Raises FileMissing."""

    async def link(self, key: str, lifetime: timedelta, download_name: str, reader: str = "") -> str:
        """A signed URL that downloads the file under that name until the lifetime is over. Where it leads to this
        store's own routes it says for what kind of `reader` it was made, in the parameter `for`."""

    async def check(self) -> None:
        """Raises FileStoreUnavailable when the store cannot be used."""


def checked_key(key: str) -> str:
    """The key itself. Raises InvalidKey, so that no key can ever lead out of the store."""
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise InvalidKey(key[:_LONGEST_KEY])
    return key


def content_disposition(download_name: str) -> str:
    """The header that names a download in any script (RFC 6266 and RFC 5987)."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", download_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(download_name, safe='')}"
