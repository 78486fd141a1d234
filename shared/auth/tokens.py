"""Bearer tokens: JWTs signed by ES256 and nothing else.

Claims: `iss`, `aud`, `sub`, `role`, `exp` (all required), `nbf`, `scope` (words separated by spaces), and `act`
(RFC 8693) whose `sub` is the service that acts for the subject.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import ECKey

from shared.auth.keys import KeySource, UnknownKey
from shared.auth.viewer import Role, Viewer
from shared.errors import Unauthenticated

ALGORITHM = "ES256"
LARGEST_TOKEN_BYTES = 8192
LONGEST_SUBJECT = 200
"""As long as it is kept beside what somebody has done."""
REMEMBERED = timedelta(minutes=1)
REMEMBERED_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class _Verified:
    """Whom a token is of, and between which moments nobody need look at it again."""

    viewer: Viewer
    since: datetime
    until: datetime


@dataclass(frozen=True)
class TokenVerifier:
    """Every subgraph has one of its own: nobody trusts a network position."""

    keys: KeySource
    issuer: str
    audience: str
    leeway: timedelta = timedelta(seconds=30)
    _known: dict[str, _Verified] = field(default_factory=dict, compare=False, repr=False)

    async def verify(self, token: str, now: datetime) -> Viewer:
        """Raises Unauthenticated, which never says what exactly was wrong with a signature or a claim.

        A token that has verified is remembered for a minute, and never beyond its own end: to check a signature costs
        more than many requests do. A key that is withdrawn ends its tokens with that minute.
        """
        known = self._known.get(token)
        if known is None or not known.since <= now < known.until:
            viewer = await self._verified(token, now)
            known = _Verified(viewer, now, min(now + REMEMBERED, viewer.known_until or now))
            self._remember(token, known)
        return known.viewer

    def _remember(self, token: str, verified: _Verified) -> None:
        self._known.pop(token, None)
        self._known[token] = verified
        if len(self._known) > REMEMBERED_TOKENS:
            del self._known[next(iter(self._known))]

    async def _verified(self, token: str, now: datetime) -> Viewer:
        try:
            key = await self.keys.key_for(_key_id(token))
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
            self._registry(now).validate(claims)
            return replace(_viewer(claims), known_until=self._end_of(claims))
        except ExpiredTokenError:
            raise Unauthenticated("The token has expired.") from None
        except (JoseError, UnknownKey, ValueError, OverflowError):
            raise Unauthenticated("The token does not verify.") from None

    def _end_of(self, claims: Mapping[str, Any]) -> datetime:
        return datetime.fromtimestamp(int(claims["exp"]), UTC) + self.leeway

    def _registry(self, now: datetime) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=int(self.leeway.total_seconds()),
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            sub={"essential": True},
            role={"essential": True},
        )


@dataclass(frozen=True)
class TokenIssuer:
    """Signs tokens with a local key."""

    key: ECKey
    issuer: str
    audience: str

    def mint(self, viewer: Viewer, now: datetime, lifetime: timedelta) -> str:
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": viewer.subject,
            "role": viewer.role.value,
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        if viewer.scopes:
            claims["scope"] = " ".join(sorted(viewer.scopes))
        if viewer.actor:
            claims["act"] = {"sub": viewer.actor}
        return jwt.encode({"alg": ALGORITHM, "kid": self.key.kid}, claims, self.key, algorithms=[ALGORITHM])


def _key_id(token: str) -> str:
    """The key id that the token itself names, before anything about it is believed."""
    if len(token) > LARGEST_TOKEN_BYTES:
        raise ValueError("too long a token")
    header = jws.extract_compact(token.encode("ascii")).headers()
    kid = header.get("kid")
    if header.get("alg") != ALGORITHM or not isinstance(kid, str):
        raise ValueError("not a token of ours")
    return kid


def _viewer(claims: Mapping[str, Any]) -> Viewer:
    match {"scope": "", "act": {"sub": None}, **claims}:
        case {"sub": str(subject), "role": str(role), "scope": str(scope), "act": {"sub": str() | None as actor}} if (
            1 <= len(subject) <= LONGEST_SUBJECT and subject.isprintable()
        ):
            return Viewer(subject, Role(role), frozenset(scope.split()), actor)
    raise ValueError("a claim of the wrong type")
