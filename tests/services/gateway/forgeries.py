"""Tokens that must not verify, each wrong in one way."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

Claims = dict[str, Any]
Forge = Callable[[ECKey, Claims], str]

_STRANGER = ECKey.generate_key("P-256", {"kid": "stranger"})
_RSA = RSAKey.generate_key(2048, {"kid": "rsa"})


def signed(key: ECKey, claims: object, **header: Any) -> str:
    """By hand: a library would refuse to write most of these headers."""
    text = f"{_part({'alg': 'ES256', 'kid': key.kid, **header})}.{_part(claims)}"
    return f"{text}.{_encoded(jws.JWSRegistry.algorithms['ES256'].sign(text.encode(), key))}"


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def _with(**changed: Any) -> Forge:
    """The claims with some changed, or gone where None is given."""

    def forge(key: ECKey, claims: Claims) -> str:
        merged = {**claims, **changed}
        return signed(key, {name: value for name, value in merged.items() if value is not None})

    return forge


def _by_header(**header: Any) -> Forge:
    """Signed by a stranger's key, which the header offers in one way or another."""
    return lambda key, claims: signed(_STRANGER, claims, **{"kid": key.kid, **header})


def _unsigned(alg: str) -> Forge:
    return lambda key, claims: f"{_part({'alg': alg, 'kid': key.kid})}.{_part(claims)}."


def _hs256_by_the_public_key(encoding: str) -> Forge:
    def forge(key: ECKey, claims: Claims) -> str:
        secret = key.as_pem(private=False) if encoding == "pem" else json.dumps(key.as_dict(private=False)).encode()
        text = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': key.kid})}.{_part(claims)}"
        return f"{text}.{_encoded(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"

    return forge


def _altered(key: ECKey, claims: Claims) -> str:
    head, _, signature = signed(key, claims).split(".")
    return f"{head}.{_part({**claims, 'role': 'service', 'scope': 'money:read'})}.{signature}"


def _rs256(key: ECKey, claims: Claims) -> str:
    header = {"alg": "RS256", "kid": key.kid}
    return jws.serialize_compact(header, json.dumps(claims), _RSA, algorithms=["RS256"])


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _part(content: object) -> str:
    return _encoded(json.dumps(content).encode())


FORGERIES: dict[str, Forge] = {
    "wrong key": lambda key, claims: signed(_STRANGER, claims, kid=key.kid),
    "unknown key id": lambda _, claims: signed(_STRANGER, claims),
    "no key id": lambda key, claims: signed(key, claims, kid=None),
    "key id of a path": lambda key, claims: signed(key, claims, kid="../../../../dev/null"),
    "key id of a query": lambda key, claims: signed(key, claims, kid="x' UNION SELECT 'key' --"),
    "key id that is no text": lambda key, claims: signed(key, claims, kid=[key.kid]),
    "alg none": _unsigned("none"),
    "alg NONE": _unsigned("NoNe"),
    "alg ES256 without a signature": _unsigned("ES256"),
    "HS256 by the public key, PEM": _hs256_by_the_public_key("pem"),
    "HS256 by the public key, JWK": _hs256_by_the_public_key("jwk"),
    "RS256": _rs256,
    "its own key in the header": _by_header(jwk=_STRANGER.as_dict(private=False)),
    "a key set's address in the header": _by_header(jku="http://127.0.0.1:9/jwks.json"),
    "a certificate's address in the header": _by_header(x5u="http://127.0.0.1:9/cert.pem"),
    "a certificate in the header": _by_header(x5c=["MIIB"]),
    "a header that must be understood": lambda key, claims: signed(key, claims, crit=["exotic"], exotic=1),
    "altered after signing": _altered,
    "expired": _with(exp=1),
    "expired a minute ago": lambda key, claims: signed(key, {**claims, "exp": now() - 60}),
    "without an end": _with(exp=None),
    "an end that is no number": _with(exp="tomorrow"),
    "an end beyond all calendars": _with(exp=10**30),
    "not yet valid": lambda key, claims: signed(key, {**claims, "nbf": now() + 3600}),
    "wrong audience": _with(aud="somebody-else"),
    "no audience": _with(aud=None),
    "wrong issuer": _with(iss="https://evil.example"),
    "no issuer": _with(iss=None),
    "unknown role": _with(role="admin"),
    "a role in capitals": _with(role="COORDINATOR"),
    "several roles": _with(role=["coordinator"]),
    "no role": _with(role=None),
    "no subject": _with(sub=None),
    "an empty subject": _with(sub=""),
    "a subject that is no text": _with(sub=7),
    "a subject longer than any that is kept": _with(sub="x" * 201),
    "a subject that no database keeps": _with(sub="a\0b"),
    "garbage": lambda *_: "garbage",
    "dots": lambda *_: "...",
    "not base64": lambda *_: "ey!.ey!.ey!",
    "not ASCII": lambda *_: "töken.tökén.tøken",
    "claims that are no object": lambda key, _: signed(key, [1]),
    "endless": lambda key, claims: signed(key, {**claims, "x": "x" * 20_000}),
}
