"""docker-compose.yml against the code: no engine is needed to see that what it says is so."""

import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.util import find_spec
from pathlib import Path

import pytest
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from dotenv import dotenv_values

from deploy.make_secrets import make_secrets
from services.embedded import COMPONENTS
from shared.runtime.settings import Settings
from tests.deploy.compose import ENV_FILE, FILE, ROOT, SECRETS, Container, containers, document

CONTAINERS = containers()
OURS = [container for container in CONTAINERS.values() if container.is_ours]
AWS = {variable[1] for variable in BOTOCORE_DEFAUT_SESSION_VARIABLES.values() if isinstance(variable[1], str)}
OWN_SETTINGS = {component.name: component.settings for component in COMPONENTS}


def settings_of(container: Container) -> set[str]:
    """The variables that the container's process reads."""
    own = OWN_SETTINGS.get(container.name, Settings)
    return {str(field.validation_alias) for field in own.model_fields.values()} if container.is_ours else set()


each = pytest.mark.parametrize("container", CONTAINERS.values(), ids=lambda container: container.name)
each_of_ours = pytest.mark.parametrize("container", OURS, ids=lambda container: container.name)


@pytest.mark.parametrize("path", [FILE, ROOT / "tests/servers/docker-compose.yml"], ids=lambda path: path.parent.name)
def test_the_file_keeps_the_specification(path: Path) -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [checker, "--builtin-schema", "vendor.compose-spec", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_every_service_has_its_container() -> None:
    for component in COMPONENTS:
        container = CONTAINERS[component.name]
        assert container.command == ["python", "-m", f"services.{component.name}"]
        assert container.spec["healthcheck"]["test"] == ["CMD", "python", "-m", "deploy.ready", str(component.port)]


@each_of_ours
def test_a_command_of_ours_names_a_module_and_folders_of_its_own(container: Container) -> None:
    python, option, module, *arguments = container.command
    assert (python, option) == ("python", "-m")
    assert find_spec(module)
    assert set(arguments) <= {mount["target"] for mount in container.mounts()}


@each_of_ours
def test_every_variable_is_a_setting(container: Container) -> None:
    shared_file = set(dotenv_values(ENV_FILE))  # which tests/architecture holds to all settings together
    assert set(container.environment) - shared_file - settings_of(container) - AWS == set()


@each
def test_nobody_has_more_rights_than_they_need(container: Container) -> None:
    spec = container.spec
    assert spec["read_only"]
    assert spec["cap_drop"] == ["ALL"]
    assert spec["security_opt"] == ["no-new-privileges:true"]
    assert not spec.keys() & {"privileged", "cap_add", "network_mode", "pid"}
    assert container.is_ours or str(spec["user"]).partition(":")[0] not in {"root", "0"}


def test_only_the_gateway_and_the_links_are_reached_from_outside_and_only_from_this_machine() -> None:
    published = {container.name: container.ports for container in CONTAINERS.values() if container.ports}
    assert published == {"gateway": ["127.0.0.1:8000:8000"], "s3": ["127.0.0.1:9000:9000"]}


@each
def test_who_is_waited_for_can_say_that_it_is_there(container: Container) -> None:
    for name, condition in container.waits_for.items():
        if condition == "service_healthy":
            assert CONTAINERS[name].spec["healthcheck"]["test"][0] == "CMD"
        else:
            assert condition == "service_completed_successfully"
            assert CONTAINERS[name].spec["restart"] == "no"


def test_everyone_starts_after_the_secrets_were_made_and_the_gateway_last() -> None:
    order = list(TopologicalSorter({one.name: one.waits_for for one in CONTAINERS.values()}).static_order())
    assert order[0] == "secrets"
    assert order[-1] == "gateway"
    assert [one.name for one in CONTAINERS.values() if not one.waits_for] == ["secrets"]


@each
def test_every_mount_is_of_something(container: Container) -> None:
    for mount in container.mounts():
        if mount["type"] == "bind":
            assert (ROOT / mount["source"]).is_file()
            assert mount["read_only"]
        else:
            assert mount["source"] in document()["volumes"]


@each
def test_every_secret_that_is_named_is_made_for_whoever_names_it(container: Container, tmp_path: Path) -> None:
    make_secrets(tmp_path)
    named = {value for value in container.environment.values() if value.startswith(f"{SECRETS}/")}
    if container.secrets_folder is None:
        assert container.name == "secrets"
    elif container.name != "bucket":  # which has the services' env file, but no token to check
        assert {name for name in named if not (tmp_path / container.secrets_folder / Path(name).name).exists()} == set()


@each
def test_nobody_is_given_a_secret_that_they_do_not_read(container: Container, tmp_path: Path) -> None:
    make_secrets(tmp_path)
    if container.secrets_folder is None:
        return
    given = {path.name for path in (tmp_path / container.secrets_folder).iterdir()}
    named = {Path(value).name for value in container.environment.values() if value.startswith(f"{SECRETS}/")}
    scripts = "".join((ROOT / mount["source"]).read_text() for mount in container.mounts() if mount["type"] == "bind")
    by_script = {name for name in given if name.removesuffix("_DATABASE_PASSWORD").lower() in scripts}
    assert given - named - settings_of(container) - by_script == set()
