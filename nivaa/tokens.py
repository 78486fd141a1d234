"""Tokens of the embedded form, signed by the key in the data folder."""

from datetime import UTC, datetime, timedelta

from shared.auth.keys import KeyFile
from shared.auth.tokens import TokenIssuer
from shared.auth.viewer import Viewer
from shared.errors import NivaaError
from shared.runtime.settings import Settings

LIFETIME = timedelta(days=30)


def mint(settings: Settings, viewer: Viewer) -> str:
    """Raises NivaaError where somebody else issues the tokens."""
    issuer = local_issuer(settings)
    if issuer is None:
        raise NivaaError(
            f"tokens come from the issuer of {settings.jwks_url}: there is no local key; NIVAA_TOKEN is for one"
        )
    return issuer.mint(viewer, datetime.now(UTC), LIFETIME)


def local_issuer(settings: Settings) -> TokenIssuer | None:
    """None where somebody else issues the tokens."""
    if settings.jwks_url:
        return None
    key = KeyFile.open(settings.key_file).signing_key
    return TokenIssuer(key, settings.jwt_issuer, settings.jwt_audience)
