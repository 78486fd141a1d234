"""Which tokens are believed, and that every other one is refused alike."""

import base64
import hmac
import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.auth import tokens
from shared.auth.keys import KeyFile
from shared.auth.tokens import TokenIssuer, TokenVerifier
from shared.auth.viewer import Role, Viewer
from shared.errors import NivaaError, Unauthenticated

NOW = datetime(2026, 10, 15, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ISSUER, AUDIENCE = "https://issuer.test", "nivaa"
KEYS = KeyFile({"k1": ECKey.generate_key("P-256", {"kid": "k1"})})
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "k1"})
VERIFIER = TokenVerifier(KEYS, ISSUER, AUDIENCE)
PERSON = uuid.uuid4()


PARENT = Viewer(str(PERSON), Role.PARENT)


def minted(
    viewer: Viewer = PARENT, key: ECKey = KEYS.signing_key, issuer: str = ISSUER, audience: str = AUDIENCE
) -> str:
    return TokenIssuer(key, issuer, audience).mint(viewer, NOW, HOUR)


def signed(**claims: object) -> str:
    """A genuine token whose claims a test changes; None leaves one out."""
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(PERSON), "role": "tutor", "exp": NOW.timestamp() + 60}
    merged = {name: value for name, value in (usual | claims).items() if value is not None}
    return jwt.encode({"alg": "ES256", "kid": "k1"}, merged, KEYS.signing_key)


def unsigned(header: dict[str, str], signature: str = "") -> str:
    payload = minted().split(".")[1]
    return f"{base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip('=')}.{payload}.{signature}"


async def refused(token: str, now: datetime = NOW) -> str:
    with pytest.raises(Unauthenticated) as refusal:
        await VERIFIER.verify(token, now)
    return refusal.value.message


@pytest.mark.parametrize("content", [b"root:x:0:0", b"\xff", b"[]", b'{"keys": 1}', b'{"keys": [{"kty": "oct"}]}'])
def test_a_file_without_a_key_is_told_by_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content)
    with pytest.raises(NivaaError, match=r"keys\.json (is no JSON Web Key Set|holds no key for ES256)"):
        KeyFile.open(path)


async def test_a_minted_token_names_its_viewer() -> None:
    viewer = Viewer(str(PERSON), Role.TUTOR, frozenset({"money:read", "pay:read"}), actor="bot")
    verified = await VERIFIER.verify(minted(viewer), NOW)
    assert verified == viewer
    assert verified.person_id == PERSON
    assert verified.workspace is Role.TUTOR
    assert verified.has_scope("money:read")
    assert not verified.has_scope("money:write")


async def test_a_service_has_no_workspace_and_is_no_person() -> None:
    verified = await VERIFIER.verify(minted(Viewer("reporting", Role.SERVICE)), NOW)
    assert verified.workspace is None
    assert verified.person_id is None


@pytest.mark.parametrize(("seconds", "good"), [(-31, False), (-30, True), (3629, True), (3630, False)])
async def test_a_token_lives_from_its_minting_to_its_expiry_give_or_take_the_leeway(seconds: int, good: bool) -> None:
    now = NOW + timedelta(seconds=seconds)
    if good:
        assert await VERIFIER.verify(minted(), now) == PARENT
    else:
        await refused(minted(), now)


async def test_who_held_a_genuine_token_learns_that_it_has_expired() -> None:
    assert await refused(minted(), NOW + 2 * HOUR) == "The token has expired."
    assert await refused(minted(key=OTHER_KEY), NOW + 2 * HOUR) == "The token does not verify."


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(minted(key=OTHER_KEY), id="signed by another key of the same id"),
        pytest.param(minted(key=ECKey.generate_key("P-256", {"kid": "k2"})), id="an unknown key id"),
        pytest.param(unsigned({"alg": "none", "kid": "k1"}), id="alg none"),
        pytest.param(unsigned({"alg": "None", "kid": "k1"}, "AAAA"), id="alg None"),
        pytest.param(unsigned({"alg": "ES256", "kid": "k1"}), id="an empty signature"),
        pytest.param(unsigned({"alg": "ES256"}, "AAAA"), id="no key id"),
        pytest.param(minted()[:-4] + "AAAA", id="a changed signature"),
        pytest.param(minted(issuer="https://other.test"), id="another issuer"),
        pytest.param(minted(audience="other"), id="another audience"),
        pytest.param(signed(iss=None), id="no issuer"),
        pytest.param(signed(aud=None), id="no audience"),
        pytest.param(signed(exp=None), id="no expiry"),
        pytest.param(signed(sub=None), id="no subject"),
        pytest.param(signed(role=None), id="no role"),
        pytest.param(signed(role="owner"), id="an unknown role"),
        pytest.param(signed(role="PARENT"), id="a role in capitals"),
        pytest.param(signed(role=["parent"]), id="a list of roles"),
        pytest.param(signed(sub=7), id="a subject that is a number"),
        pytest.param(signed(exp="tomorrow"), id="an expiry that is a word"),
        pytest.param(signed(nbf=NOW.timestamp() + 90), id="not yet valid"),
        pytest.param(signed(scope=["money:read"]), id="a list of scopes"),
        pytest.param(signed(act="bot"), id="an actor without a subject"),
        pytest.param("", id="nothing"),
        pytest.param("a.b.c", id="garbage"),
        pytest.param("न.मस्ते.।", id="not ASCII"),
        pytest.param("A" * 100_000, id="very long"),
    ],
)
async def test_a_token_that_is_not_exactly_right_is_refused_without_a_reason(token: str) -> None:
    assert await refused(token) == "The token does not verify."


async def test_the_public_key_is_no_shared_secret() -> None:
    unsigned_part = unsigned({"alg": "HS256", "kid": "k1"}).rstrip(".")
    digest = hmac.digest(KEYS.signing_key.as_pem(private=False), unsigned_part.encode(), "sha256")
    await refused(f"{unsigned_part}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}")


@given(st.one_of(st.text(max_size=300), st.lists(st.binary(max_size=60), min_size=3, max_size=3)))
async def test_whatever_comes_is_refused_and_nothing_worse(raw: str | list[bytes]) -> None:
    token = raw if isinstance(raw, str) else ".".join(base64.urlsafe_b64encode(part).decode() for part in raw)
    await refused(token)


def test_a_key_file_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "local.json"
    first, second = KeyFile.open(path), KeyFile.open(path)
    assert first.signing_key.kid == second.signing_key.kid
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_what_is_published_of_a_key_file_holds_no_private_part() -> None:
    assert [sorted(key) for key in KEYS.public_set()["keys"]] == [["crv", "kid", "kty", "x", "y"]]


class CountingKeys:
    def __init__(self) -> None:
        self.asked = 0

    async def key_for(self, kid: str) -> ECKey:
        self.asked += 1
        return await KEYS.key_for(kid)


async def test_a_token_that_verified_is_remembered_for_a_minute() -> None:
    keys, token = CountingKeys(), minted()
    verifier = TokenVerifier(keys, ISSUER, AUDIENCE)
    for seconds in (0, 30, 59):
        assert await verifier.verify(token, NOW + timedelta(seconds=seconds)) == PARENT
    assert keys.asked == 1
    await verifier.verify(token, NOW + timedelta(seconds=60))
    assert keys.asked == 2


async def test_nobody_is_remembered_beyond_the_token_s_end_or_before_its_beginning() -> None:
    verifier = TokenVerifier(KEYS, ISSUER, AUDIENCE)
    token = minted()
    end = NOW + HOUR + verifier.leeway
    await verifier.verify(token, end - timedelta(seconds=10))
    with pytest.raises(Unauthenticated):
        await verifier.verify(token, end + timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        await verifier.verify(token, NOW - HOUR)


async def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "REMEMBERED_TOKENS", 2)
    keys = CountingKeys()
    verifier = TokenVerifier(keys, ISSUER, AUDIENCE)
    several = [minted(Viewer(str(uuid.uuid4()), Role.PARENT)) for _ in range(3)]
    for token in several:
        await verifier.verify(token, NOW)
    await verifier.verify(several[2], NOW)
    assert keys.asked == 3
    await verifier.verify(several[0], NOW)
    assert keys.asked == 4
