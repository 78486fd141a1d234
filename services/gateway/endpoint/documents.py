"""Which text a request means: its own, or one that is known by its hash.

Two ways by one rule. With **trusted documents** (a folder) only what lies there runs, named by its SHA-256 or sent as
exactly the same text. Without, clients may register a text under its hash (Apollo's automatic persisted queries) and
send the hash alone from then on; the texts kept are bounded, and one that was forgotten is sent again.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from services.gateway.domain.errors import DocumentNotFound, DocumentNotTrusted, HashMismatch
from services.gateway.federation.execution.cache import BoundedCache
from shared.errors import InvalidInput

HASH_LENGTH = 64
KEPT_TEXTS = 1_000
LARGEST_KEPT_TEXT = 50_000
SUFFIX = "*.graphql"


class Documents:
    """`trusted` are the texts that may run, by their hash; None when any may."""

    def __init__(self, trusted: Mapping[str, str] | None = None) -> None:
        self._trusted = trusted
        self._kept: BoundedCache[str, str] = BoundedCache(KEPT_TEXTS)

    def text_of(self, query: str | None, document_id: str | None, extensions: Mapping[str, Any] | None) -> str:
        """Raises DocumentNotFound, DocumentNotTrusted, HashMismatch, InvalidInput."""
        named = document_id or _persisted(extensions)
        if named is None:
            return self._allowed(query)
        hash_ = _hash(named)
        if query is None:
            return self._known(hash_)
        if hash_of(query) != hash_:
            raise HashMismatch("the text sent has another hash than the one sent with it")
        return self._allowed(query) if self._trusted is not None else self._keep(hash_, query)

    def _allowed(self, query: str | None) -> str:
        if query is None:
            raise InvalidInput("the parameter `query` is missing")
        if self._trusted is not None and hash_of(query) not in self._trusted:
            raise DocumentNotTrusted("only documents that are known here may run")
        return query

    def _known(self, hash_: str) -> str:
        if self._trusted is None:
            return self._kept.get(hash_, _forgotten)
        try:
            return self._trusted[hash_]
        except KeyError:
            raise DocumentNotTrusted("no document known here has that hash") from None

    def _keep(self, hash_: str, query: str) -> str:
        return self._kept.get(hash_, lambda: query) if len(query) <= LARGEST_KEPT_TEXT else query


def read_trusted(folders: Sequence[Path]) -> dict[str, str]:
    """The documents of the folders and those inside them, by hash: with and without white space around them.

    Raises OSError when a folder is not there.
    """
    return {hash_of(text): text for folder in folders for whole in _texts(folder) for text in (whole, whole.strip())}


def _texts(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        raise NotADirectoryError(f"the folder of trusted documents is not there: {folder}")
    return (file.read_text() for file in sorted(folder.rglob(SUFFIX)))


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _persisted(extensions: Mapping[str, Any] | None) -> object:
    match extensions:
        case {"persistedQuery": {"version": 1, "sha256Hash": hash_}}:
            return hash_
        case {"persistedQuery": _}:
            raise InvalidInput("a persisted query is named by its version, 1, and its sha256Hash")
    return None


def _hash(named: object) -> str:
    """Some write the name of the hash in front of it."""
    hash_ = named.lower().removeprefix("sha256:") if isinstance(named, str) else ""
    if len(hash_) != HASH_LENGTH or not set(hash_) <= set("0123456789abcdef"):
        raise InvalidInput("a document is named by its SHA-256, 64 hexadecimal digits")
    return hash_


def _forgotten() -> str:
    raise DocumentNotFound("PersistedQueryNotFound")  # in this spelling clients know it
