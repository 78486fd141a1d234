"""Where the keys come from that sign and verify tokens: a key file of ours, or an issuer's JWKS URL.

Both hold JSON Web Key Sets (RFC 7517). Only keys for ES256 (EC on P-256) count; all others are ignored.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from shared.errors import NivaaError, UpstreamUnavailable
from shared.files.once import write_once

CURVE = "P-256"
CACHE_SECONDS = 600
REFETCH_SECONDS = 30
RETRY_SECONDS = 1
_FETCH_TIMEOUT = aiohttp.ClientTimeout(total=5)

log = structlog.get_logger(__name__)


class UnknownKey(NivaaError):
    """No key of this source has that id."""


class KeySource(Protocol):
    async def key_for(self, kid: str) -> ECKey:
        """Raises UnknownKey, or UpstreamUnavailable while the keys cannot be had at all."""


class KeyFile:
    """The keys of a local file; the first one signs."""

    def __init__(self, keys: dict[str, ECKey]) -> None:
        self._keys = keys

    @classmethod
    def open(cls, path: Path) -> "KeyFile":
        """Makes the file with a fresh key, readable by its owner alone, when there is none.

        Processes that start at once agree on the key of whoever was first. Raises NivaaError for a file without one.
        """
        if not path.exists():
            fresh = ECKey.generate_key(CURVE, auto_kid=True)
            write_once(path, json.dumps({"keys": [fresh.as_dict(private=True)]}).encode(), mode=0o600)
        try:
            keys = _usable_keys(json.loads(path.read_bytes()))
        except (ValueError, NivaaError):
            raise NivaaError(f"{path} is no JSON Web Key Set") from None
        if not keys:
            raise NivaaError(f"{path} holds no key for ES256")
        return cls(keys)

    @property
    def signing_key(self) -> ECKey:
        return next(iter(self._keys.values()))

    async def key_for(self, kid: str) -> ECKey:
        return _pick(self._keys, kid)

    def public_set(self) -> dict[str, list[dict[str, Any]]]:
        """The public halves as a JSON Web Key Set."""
        return {"keys": [dict(key.as_dict(private=False)) for key in self._keys.values()]}


class JwksUrl:
    """The keys that an issuer publishes, kept for ten minutes.

    An unknown key id fetches them again, but at most every 30 s, so that made-up ids cost the issuer nothing; whoever
    waits, waits for the same fetch. When a fetch fails the keys already known stay good, and wait for no other one.
    """

    def __init__(self, url: str, http: aiohttp.ClientSession, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._http = http
        self._monotonic = monotonic
        self._keys: dict[str, ECKey] = {}
        self._stale_at = self._may_fetch_at = monotonic()
        self._is_failing = False
        self._fetching: asyncio.Task[None] | None = None

    async def key_for(self, kid: str) -> ECKey:
        if kid in self._keys and self._monotonic() < self._stale_at:
            return self._keys[kid]
        fetching = self._begin()
        if fetching and not (kid in self._keys and self._is_failing):
            await asyncio.shield(fetching)
        if kid not in self._keys and self._is_failing:
            raise UpstreamUnavailable("The keys that verify tokens cannot be read at the moment.")
        return _pick(self._keys, kid)

    def _begin(self) -> asyncio.Task[None] | None:
        """The fetch under way, or a new one; None while it is too early for one."""
        if self._fetching is None or self._fetching.done():
            if self._monotonic() < self._may_fetch_at:
                return None
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            self._keys = await self._download()
        except (aiohttp.ClientError, TimeoutError, NivaaError) as error:
            log.warning("jwks_fetch_failed", host=urlsplit(self._url).hostname, error=type(error).__name__)
            self._is_failing = True
            self._may_fetch_at = self._monotonic() + RETRY_SECONDS
        else:
            self._is_failing = False
            self._may_fetch_at = self._monotonic() + REFETCH_SECONDS
            self._stale_at = self._monotonic() + CACHE_SECONDS

    async def _download(self) -> dict[str, ECKey]:
        async with self._http.get(self._url, timeout=_FETCH_TIMEOUT, allow_redirects=False) as response:
            response.raise_for_status()
            body = await response.read()
        try:
            return _usable_keys(json.loads(body))
        except ValueError:
            raise NivaaError("the JWKS URL did not answer with JSON") from None


def _pick(keys: dict[str, ECKey], kid: str) -> ECKey:
    try:
        return keys[kid]
    except KeyError:
        raise UnknownKey from None


def _usable_keys(key_set: object) -> dict[str, ECKey]:
    candidates = key_set.get("keys") if isinstance(key_set, dict) else None
    if not isinstance(candidates, list):
        raise NivaaError("not a JSON Web Key Set")
    return {key.kid: key for key in _imported(candidates) if key.kid}


def _imported(candidates: Iterable[object]) -> Iterable[ECKey]:
    for candidate in candidates:
        if not isinstance(candidate, dict) or candidate.get("kty") != "EC" or candidate.get("crv") != CURVE:
            continue
        try:
            key = ECKey.import_key(candidate)
            key.check_use("sig")
            key.check_alg("ES256")
        except (JoseError, ValueError):
            continue
        key.ensure_kid()
        yield key
