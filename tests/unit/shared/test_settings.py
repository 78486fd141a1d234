"""Where settings come from, and how a password joins its URL."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.billing.settings import BillingSettings
from services.bot.settings import BotSettings
from services.gateway.settings import GatewaySettings
from services.invoicing.settings import InvoicingSettings
from services.packages.settings import PackagesSettings
from shared.runtime.settings import Settings, load_settings, told


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    return folder


def test_a_secret_file_is_named_like_its_setting(secrets: Path) -> None:
    (secrets / "NIVAA_BROKER_PASSWORD").write_text("quiet\n")
    settings = load_settings(Settings, (), {"NIVAA_SECRETS_DIR": secrets})
    assert settings.broker_password.get_secret_value() == "quiet"


def test_the_environment_wins_over_secrets_and_they_over_env_files(
    secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file = tmp_path / "some.env"
    env_file.write_text(
        f"NIVAA_SECRETS_DIR={secrets}\nNIVAA_CURRENCY=USD\nNIVAA_LOCALE=en_US\nNIVAA_TIMEZONE=America/New_York\n"
    )
    (secrets / "NIVAA_CURRENCY").write_text("EUR")
    (secrets / "NIVAA_LOCALE").write_text("de_DE")
    monkeypatch.setenv("NIVAA_CURRENCY", "GBP")
    settings = load_settings(Settings, (str(env_file),))
    assert (settings.currency, settings.locale, settings.timezone) == ("GBP", "de_DE", "America/New_York")


@pytest.mark.parametrize(
    ("url", "password", "joined"),
    [
        ("postgres://billing@db:5433/billing", "p@ss/w:rd", "postgres://billing:p%40ss%2Fw%3Ard@db:5433/billing"),
        ("postgres://billing:own@db/billing", "other", "postgres://billing:own@db/billing"),
        ("postgres://billing@db/billing", "", "postgres://billing@db/billing"),
        ("postgres://db/billing", "nobody's", "postgres://db/billing"),
        ("sqlite:///var/lib/billing.sqlite", "unneeded", "sqlite:///var/lib/billing.sqlite"),
    ],
)
def test_a_password_of_its_own_joins_a_url_that_names_a_user_only(url: str, password: str, joined: str) -> None:
    given = {"BILLING_DATABASE_URL": url, "BILLING_DATABASE_PASSWORD": password}
    assert load_settings(BillingSettings, (), given).database_url("billing") == joined


def test_a_password_is_not_shown() -> None:
    given = {"NIVAA_BROKER_URL": "amqp://nivaa@rabbitmq/", "NIVAA_BROKER_PASSWORD": "quiet"}
    settings = load_settings(Settings, (), given)
    assert settings.broker == "amqp://nivaa:quiet@rabbitmq/"
    assert "quiet" not in repr(settings)


def test_the_key_file_is_in_the_data_folder_unless_it_is_named(tmp_path: Path) -> None:
    assert load_settings(Settings, (), {"NIVAA_DATA_DIR": tmp_path}).key_file == tmp_path / "keys.json"
    named = {"NIVAA_DATA_DIR": tmp_path, "NIVAA_KEY_FILE": tmp_path / "elsewhere.json"}
    assert load_settings(Settings, (), named).key_file == tmp_path / "elsewhere.json"


@pytest.mark.parametrize(
    ("kind", "name", "value", "words"),
    [
        (Settings, "NIVAA_PORT", "70000", "less than or equal to 65535"),
        (Settings, "NIVAA_LOCALE", "klingon", "is like en_IN"),
        (Settings, "NIVAA_TRUSTED_PROXIES", "10.0.0.7,10.0.0.0/33", "addresses and networks"),
        (Settings, "NIVAA_TRUSTED_PROXIES", "proxy.internal", "addresses and networks"),
        (Settings, "NIVAA_CURRENCY", "XXQ", "ISO 4217"),
        (PackagesSettings, "NIVAA_DEFAULT_SESSION_PRICE", "600.005", "is an amount of"),
        (InvoicingSettings, "NIVAA_LOGO_FILE", "/etc/logo.svg", "a PNG or a JPEG"),
        (InvoicingSettings, "NIVAA_RENDERER_PROCESSES", "0", "greater than or equal to 1"),
        (BotSettings, "NIVAA_BOT_API_URL", "localhost:8081", "begins with http:// or https://"),
        (GatewaySettings, "GATEWAY_PUBLIC_URL", "billing.example.org", "begins with http:// or https://"),
        (BillingSettings, "BILLING_DATABASE_URL", "postgres://db/billing?sslmode=maybe", "its sslmode is one of"),
        (BillingSettings, "BILLING_DATABASE_URL", "postgres://db/billing?connect_timeout=5", "and nothing else"),
        (BillingSettings, "BILLING_DATABASE_URL", "postgres://billing:a?secret@db/billing", "and nothing else"),
        (BillingSettings, "BILLING_DATABASE_URL", "postgres://db/billing?sslrootcert=ca.pem", "needs sslmode=verify"),
    ],
)
def test_what_cannot_be_is_told_by_its_name_and_not_its_value(
    kind: type[Settings], name: str, value: str, words: str
) -> None:
    with pytest.raises(ValidationError) as wrong:
        load_settings(kind, (), {name: value})
    assert told(wrong.value).startswith(f"{name}: ")
    assert words in told(wrong.value)
    assert value not in told(wrong.value)
    assert "secret@" not in told(wrong.value)


def test_what_is_wrong_between_settings_names_them_itself() -> None:
    with pytest.raises(ValidationError) as wrong:
        load_settings(BotSettings, (), {"NIVAA_BOT_WEBHOOK_URL": "https://billing.example/telegram/webhook"})
    assert told(wrong.value) == "NIVAA_BOT_WEBHOOK_URL needs NIVAA_BOT_WEBHOOK_SECRET"


@pytest.mark.parametrize("proxies", ["", "*", "10.0.0.7", "10.0.0.7, 192.168.0.0/16,fd00::/8"])
def test_proxies_are_addresses_and_networks(proxies: str) -> None:
    assert load_settings(Settings, (), {"NIVAA_TRUSTED_PROXIES": proxies}).trusted_proxies == proxies
