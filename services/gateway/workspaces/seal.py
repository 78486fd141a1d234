"""What the browser keeps for us: encrypted, so that nobody else can read or make it, and good for a while only."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from shared.errors import NivaaError
from shared.files.once import write_once

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_KEY_BITS = 256


class Seal:
    """`purpose` keeps what was sealed for one thing from being taken for another."""

    def __init__(self, key: OctKey) -> None:
        self._key = key

    @classmethod
    def open(cls, path: Path) -> "Seal":
        """Makes the key, readable by its owner alone, when there is none. Processes that start at once agree.

        Raises NivaaError for a file that holds something else.
        """
        if not path.exists():
            fresh = OctKey.generate_key(_KEY_BITS)
            write_once(path, json.dumps(fresh.as_dict(private=True)).encode(), mode=0o600)
        try:
            return cls(OctKey.import_key(json.loads(path.read_bytes())))
        except (ValueError, JoseError):
            raise NivaaError(f"{path} holds no key for cookies") from None

    def sealed(self, purpose: str, content: Mapping[str, Any], until: datetime) -> str:
        claims = {"purpose": purpose, "until": int(until.timestamp()), "content": content}
        return jwe.encrypt_compact(_HEADER, json.dumps(claims).encode(), self._key)

    def unsealed(self, purpose: str, text: str, now: datetime) -> dict[str, Any] | None:
        """None for whatever is not ours, not for this purpose, or not good any more."""
        try:
            plain = jwe.decrypt_compact(text, self._key, algorithms=list(_HEADER.values())).plaintext
        except (JoseError, ValueError):
            return None
        claims = json.loads(plain or b"{}")
        if claims.get("purpose") != purpose or claims.get("until", 0) <= now.timestamp():
            return None
        content: dict[str, Any] = claims["content"]
        return content

    def token_for(self, visit: str) -> str:
        """What a form must bring back to be one that we gave to this visit."""
        return hmac.new(self._key.raw_value, f"form\n{visit}".encode(), hashlib.sha256).hexdigest()

    def is_token_for(self, visit: str, token: str) -> bool:
        return hmac.compare_digest(self.token_for(visit).encode(), token.encode())
