"""Settings from the environment, or where it is silent from secret files, then env files. Their defaults are the
embedded form."""

import ipaddress
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeVar, cast
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from shared.auth.viewer import Role
from shared.database.tls import tls_options
from shared.errors import InvalidInput
from shared.money import parse_currency

ENV_FILES = (".env",)
SECRETS_DIR = Path("/run/secrets")


def setting(name: str, meaning: str, default: Any = ...) -> Any:
    """A field read from the variable `name`; `nivaa settings` prints its meaning."""
    return Field(default, validation_alias=name, description=meaning)


def known_scheme(url: str, schemes: Collection[str]) -> str:
    """The URL, whose scheme is one of these. Raises ValueError that tells the scheme alone: the rest may be secret."""
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in schemes:
        known = " or ".join(f"{each}://" for each in sorted(schemes))
        raise ValueError(f"begins with {known}" + (f", not {scheme}://" if separator else ""))
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValueError("names no port that there is; what is special in a password is written like %40") from None
    return url


_PEERS = frozenset({"http", "https", "inproc"})
_SCHEMES = {
    "broker_url": frozenset({"amqp", "amqps", "memory"}),
    "files_url": frozenset({"folder", "s3"}),
    "jwks_url": frozenset({"http", "https"}),
    **dict.fromkeys(("packages_url", "billing_url", "invoicing_url", "bot_url", "gateway_url"), _PEERS),
}
_DATABASES = frozenset({"postgres", "postgresql", "sqlite"})


class Settings(BaseSettings):
    """What all services share. A service's own settings extend it."""

    model_config = SettingsConfigDict(
        extra="ignore", populate_by_name=False, env_ignore_empty=True, hide_input_in_errors=True
    )

    timezone: str = setting(
        "NIVAA_TIMEZONE", "the organisation's time zone: months and expiry are judged in it", "Asia/Kolkata"
    )
    currency: str = setting("NIVAA_CURRENCY", "the organisation's currency, by ISO 4217", "INR")
    locale: str = setting("NIVAA_LOCALE", "how money and dates are written", "en_IN")
    freeze: Annotated[frozenset[Role], NoDecode] = setting(
        "NIVAA_FREEZE",
        "workspaces where money is hidden: parent, tutor, coordinator, or none",
        frozenset({Role.PARENT, Role.TUTOR, Role.COORDINATOR}),
    )
    data_dir: Path = setting("NIVAA_DATA_DIR", "the folder of everything the embedded form keeps", Path(".data"))
    host: str = setting("NIVAA_HOST", "the address to listen on", "127.0.0.1")
    port: Annotated[int, Field(ge=0, le=65_535)] = setting("NIVAA_PORT", "the port to listen on", 8000)
    secrets_dir: Path = setting(
        "NIVAA_SECRETS_DIR", "a folder where a file named like a setting holds its value", SECRETS_DIR
    )
    broker_url: str = setting("NIVAA_BROKER_URL", "memory:// or amqp://user:password@host/vhost", "memory://")
    broker_password: SecretStr = setting("NIVAA_BROKER_PASSWORD", "for a broker's URL without one", SecretStr(""))
    files_url: str = setting("NIVAA_FILES_URL", "folder://path or s3://bucket?endpoint=...", "")
    jwks_url: str = setting("NIVAA_JWKS_URL", "where tokens' keys are published; empty: a key file of our own", "")
    own_key_file: Path | None = setting(
        "NIVAA_KEY_FILE", "the keys that sign and verify tokens without NIVAA_JWKS_URL; empty: in the data folder", None
    )
    token: SecretStr = setting(
        "NIVAA_TOKEN", "what nivaa's commands ask with, where tokens come from elsewhere", SecretStr("")
    )
    jwt_issuer: str = setting("NIVAA_JWT_ISSUER", "who issues tokens", "https://nivaa.invalid")
    jwt_audience: str = setting("NIVAA_JWT_AUDIENCE", "whom tokens are for", "nivaa")
    most_body_bytes: int = setting(
        "NIVAA_BODY_BYTES", "how large a request to any service may be; the gateway has a limit of its own", 8_000_000
    )
    most_answer_seconds: float = setting(
        "NIVAA_REQUEST_SECONDS", "how long a service may take to answer an operation; streams may go on", 75.0
    )
    hsts_seconds: int = setting(
        "NIVAA_HSTS_SECONDS", "how long browsers are to come by HTTPS only; 0: nothing is said", 0
    )
    trusted_proxies: str = setting(
        "NIVAA_TRUSTED_PROXIES", "whose X-Forwarded-For is believed: addresses or networks, by comma; *: anybody's", ""
    )
    introspection: bool = setting("NIVAA_INTROSPECTION", "whether the schema may be asked for", True)
    log_level: str = setting("NIVAA_LOG_LEVEL", "debug, info, warning or error", "info")
    packages_url: str = setting("PACKAGES_URL", "the packages service", "inproc://packages")
    billing_url: str = setting("BILLING_URL", "the billing service", "inproc://billing")
    invoicing_url: str = setting("INVOICING_URL", "the invoicing service", "inproc://invoicing")
    bot_url: str = setting("BOT_URL", "the bot service", "inproc://bot")
    gateway_url: str = setting("GATEWAY_URL", "the gateway", "inproc://gateway")

    @field_validator("*")
    @classmethod
    def _known_scheme(cls, value: object, info: ValidationInfo) -> object:
        name = str(info.field_name)
        is_database = name.endswith("_database_url")
        schemes = _DATABASES if is_database else _SCHEMES.get(name)
        if not (schemes and value and isinstance(value, str)):
            return value
        if is_database and not value.startswith("sqlite:"):
            tls_options(value)
        return known_scheme(value, schemes)

    @field_validator("freeze", mode="before")
    @classmethod
    def _read_freeze(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        names = {name.strip() for name in value.split(",")} - {"", "none"}
        unknown = names - {"parent", "tutor", "coordinator"}
        if unknown:
            raise ValueError(f"no such workspace: {', '.join(sorted(unknown))}")
        return frozenset(Role(name) for name in names)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"no such time zone: {value}") from None
        return value

    @field_validator("locale")
    @classmethod
    def _known_locale(cls, value: str) -> str:
        try:
            Locale.parse(value)
        except (UnknownLocaleError, ValueError):
            raise ValueError("is like en_IN: a language that is known, and a territory") from None
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: str) -> str:
        try:
            if value.strip() not in {"", "*"}:
                _ = [ipaddress.ip_network(proxy.strip()) for proxy in value.split(",")]
        except ValueError:
            raise ValueError("names addresses and networks, like 10.0.0.7,192.168.0.0/16, or is *") from None
        return value

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        try:
            return parse_currency(value)
        except InvalidInput:
            raise ValueError("is a code of ISO 4217, like INR") from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - does not know the folder yet
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Earlier ones win. Where the secrets are, the others say."""
        named = {**dotenv_settings(), **env_settings(), **init_settings()}
        folder = Path(named.get("NIVAA_SECRETS_DIR", SECRETS_DIR))
        secrets = SecretsSettingsSource(settings_cls, folder if folder.is_dir() else None)
        return init_settings, env_settings, secrets, dotenv_settings

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def key_file(self) -> Path:
        """Our own signing keys."""
        return self.own_key_file or self.data_dir / "keys.json"

    @property
    def files(self) -> str:
        """The file store's URL; without one, a folder beside the rest of the data."""
        return self.files_url or f"folder://{self.data_dir / 'files'}"

    @property
    def dead_letters(self) -> Path:
        return self.data_dir / "dead-letters"

    def peer_url(self, service: str) -> str:
        url: str = getattr(self, f"{service}_url")
        return url

    def database_url(self, service: str) -> str:
        """The service's own setting, with its password; without one, a SQLite file beside the rest of the data."""
        url: str = getattr(self, f"{service}_database_url", "")
        password: SecretStr = getattr(self, f"{service}_database_password", SecretStr(""))
        return _with_password(url, password) or f"sqlite://{self.data_dir / service}.sqlite"

    @property
    def broker(self) -> str:
        """The broker's URL, with its password."""
        return _with_password(self.broker_url, self.broker_password)


def _with_password(url: str, password: SecretStr) -> str:
    """The password where the URL names a user without one."""
    parts = urlsplit(url)
    if not password.get_secret_value() or parts.username is None or parts.password is not None:
        return url
    user, _, address = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}:{quote(password.get_secret_value(), safe='')}@{address}").geturl()


SettingsT = TypeVar("SettingsT", bound=Settings)


def load_settings(
    kind: type[SettingsT], env_files: Sequence[str] = ENV_FILES, overrides: Mapping[str, object] = MappingProxyType({})
) -> SettingsT:
    """The environment first, then secret files, then env files, later ones over earlier; overrides (by variable name)
    over all."""
    made: SettingsT = cast("Any", kind)(_env_file=tuple(env_files), **overrides)
    return made


def told(error: ValidationError) -> str:
    """What is wrong with which settings, a line for each; never their values."""
    return "\n".join(": ".join((*map(str, each["loc"]), _reason(each["msg"]))) for each in error.errors())


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")
