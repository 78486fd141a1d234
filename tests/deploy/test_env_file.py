"""distributed.env against docker-compose.yml and the code: every address leads to the container that it names."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from dotenv import dotenv_values

from deploy.make_secrets import USER
from services.embedded import COMPONENTS
from shared.files.s3_location import s3_location
from shared.runtime.component import Component
from shared.runtime.settings import Settings, load_settings
from tests.deploy.compose import ENV_FILE, containers

CONTAINERS = containers()
each_service = pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.name)
with_tables = [component for component in COMPONENTS if component.has_tables]


def settings_of(component: Component, secrets: Path) -> Settings:
    """As the service's container has them."""
    folder = secrets / str(CONTAINERS[component.name].secrets_folder)
    return load_settings(component.settings, [str(ENV_FILE)], {"NIVAA_SECRETS_DIR": folder})


@each_service
def test_a_service_is_reached_where_it_listens(component: Component, secrets: Path) -> None:
    for settings in (settings_of(other, secrets) for other in COMPONENTS):
        assert settings.peer_url(component.name) == f"http://{component.name}:{component.port}"
        assert settings.host == "0.0.0.0"  # noqa: S104 - of a container's own network


@pytest.mark.parametrize("component", with_tables, ids=lambda component: component.name)
def test_a_database_is_its_services_own_and_postgres_has_its_password(component: Component, secrets: Path) -> None:
    url = urlsplit(settings_of(component, secrets).database_url(component.name))
    assert (url.scheme, url.hostname, url.port) == ("postgres", "postgres", 5432)
    assert url.username == url.path.removeprefix("/") == component.name
    assert url.password == (secrets / "postgres" / f"{component.name.upper()}_DATABASE_PASSWORD").read_text()


@pytest.mark.parametrize("component", with_tables, ids=lambda component: component.name)
def test_the_broker_knows_the_user(component: Component, secrets: Path) -> None:
    url = urlsplit(settings_of(component, secrets).broker)
    assert (url.scheme, url.hostname, url.port) == ("amqp", "rabbitmq", 5672)
    known = dict(line.split(" = ") for line in (secrets / "rabbitmq/rabbitmq.conf").read_text().splitlines())
    assert known == {"default_user": url.username, "default_pass": url.password}
    assert CONTAINERS["rabbitmq"].environment["RABBITMQ_CONFIG_FILE"].endswith("/rabbitmq.conf")


def test_the_bucket_is_written_inside_and_read_from_outside(secrets: Path) -> None:
    [location] = {s3_location(urlsplit(settings_of(component, secrets).files)) for component in COMPONENTS}
    assert location.endpoint == "http://s3:9000"
    assert [f"{urlsplit(str(location.links)).netloc}:9000"] == CONTAINERS["s3"].ports
    credentials = (secrets / "invoicing/aws-credentials").read_text()
    assert f"aws_access_key_id = {USER}" in credentials
    assert f"aws_secret_access_key = {(secrets / 's3/PASSWORD').read_text()}" in credentials


def test_all_sign_and_verify_with_one_key(secrets: Path) -> None:
    named = Path(str(dotenv_values(ENV_FILE)["NIVAA_KEY_FILE"]))
    assert len({(secrets / component.name / named.name).read_text() for component in COMPONENTS}) == 1


def test_no_secret_is_in_the_env_file() -> None:
    values = dotenv_values(ENV_FILE)
    assert not [name for name in values if name.endswith(("PASSWORD", "TOKEN"))]
    assert not [value for value in values.values() if "://" in str(value) and urlsplit(str(value)).password]
