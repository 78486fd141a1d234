"""A folder as a file store. Its links lead back to the host and carry their own proof: expiry, name, reader, HMAC."""

import asyncio
import hashlib
import hmac
import json
import mimetypes
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from shared.clock import Clock, SystemClock
from shared.files.once import write_once
from shared.files.store import (
    FileExists,
    FileMissing,
    FileStoreUnavailable,
    InvalidKey,
    StoredFile,
    checked_key,
    content_disposition,
)

_SECRET_FILE = ".link-secret"  # noqa: S105 - a file name; no key can start with a dot


_PROOF = ("expires", "name", "for")


class FolderStore:
    """Files under a root folder, each at the path that its key spells."""

    def __init__(self, root: Path, secret: bytes, clock: Clock) -> None:
        self._root = root
        self._secret = secret
        self._clock = clock

    @classmethod
    def open(cls, root: Path, clock: Clock | None = None) -> "FolderStore":
        """Makes the folder, and the secret that signs its links, where they are missing."""
        secret = root / _SECRET_FILE
        if not secret.exists():
            write_once(secret, secrets.token_bytes(32), mode=0o600)
        return cls(root, secret.read_bytes(), clock or SystemClock())

    @property
    def routes(self) -> Sequence[Route]:
        return [Route("/files/{key:path}", self._serve, methods=["GET"])]

    async def put_if_absent(self, key: str, content: bytes, media_type: str) -> StoredFile:  # noqa: ARG002
        """A folder keeps no media types; a file is served by its key's ending."""
        path = self._path(key)
        written = await asyncio.to_thread(write_once, path, content)
        if not written and await asyncio.to_thread(path.read_bytes) != content:
            raise FileExists(key)
        return StoredFile.of(key, content)

    async def read(self, key: str) -> bytes:
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except FileNotFoundError:
            raise FileMissing(key) from None

    async def link(self, key: str, lifetime: timedelta, download_name: str, reader: str = "") -> str:
        proof = {"expires": str(int((self._clock.now() + lifetime).timestamp())), "name": download_name, "for": reader}
        return f"/files/{checked_key(key)}?" + urlencode(proof | {"signature": self._signature(key, proof)})

    async def check(self) -> None:
        if not await asyncio.to_thread((self._root / _SECRET_FILE).is_file):
            raise FileStoreUnavailable(f"the folder {self._root} is gone")

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _signature(self, key: str, proof: Mapping[str, str]) -> str:
        signed = json.dumps([key, *(proof.get(name, "") for name in _PROOF)])
        return hmac.new(self._secret, signed.encode(), hashlib.sha256).hexdigest()

    async def _serve(self, request: Request) -> Response:
        key, name = request.path_params["key"], request.query_params.get("name", "")
        if not self._is_signed(key, request.query_params):
            return PlainTextResponse("This link is not valid, or not any more.\n", status_code=403)
        try:
            path = self._path(key)
        except InvalidKey:
            return _missing()
        if not await asyncio.to_thread(path.is_file):
            return _missing()
        return FileResponse(path, media_type=_media_type(key), headers=_headers(name))

    def _is_signed(self, key: str, proof: Mapping[str, str]) -> bool:
        signature = proof.get("signature", "")
        genuine = hmac.compare_digest(self._signature(key, proof).encode(), signature.encode())
        return genuine and self._clock.now().timestamp() < int(proof["expires"])


def _missing() -> Response:
    return PlainTextResponse("There is no such file.\n", status_code=404)


def _media_type(key: str) -> str:
    return mimetypes.guess_type(key)[0] or "application/octet-stream"


def _headers(download_name: str) -> dict[str, str]:
    return {
        "content-disposition": content_disposition(download_name),
        "cache-control": "private, max-age=300",
        "x-content-type-options": "nosniff",
    }
