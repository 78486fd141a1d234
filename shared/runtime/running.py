"""`python -m services.<name>`: one component, or a list of them, until the process is asked to stop."""

import argparse
import sys
from collections.abc import Sequence

import structlog
import uvloop
from pydantic import ValidationError

from shared.errors import NivaaError
from shared.runtime.component import Component
from shared.runtime.host import open_host
from shared.runtime.logging import configure_logging
from shared.runtime.serving import serving, until_stopped
from shared.runtime.settings import ENV_FILES, Settings, load_settings, told

log = structlog.get_logger()

UNUSABLE_SETTINGS = 2


def run(components: Sequence[Component]) -> None:
    """Reads the command line, serves, and ends the process."""
    asked = _arguments(components[-1].name)
    overrides = {} if asked.port is None else {"NIVAA_PORT": asked.port}
    try:
        env_files = [*ENV_FILES, *asked.env_file]
        configure_logging(load_settings(Settings, env_files, overrides).log_level)
        uvloop.run(_serve(components, env_files, overrides))
    except ValidationError as error:
        sys.stderr.write(f"{told(error)}\n")
        sys.exit(UNUSABLE_SETTINGS)
    except (OSError, ValueError, NivaaError) as error:
        sys.stderr.write(f"cannot start: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(0)


async def _serve(components: Sequence[Component], env_files: Sequence[str], overrides: dict[str, object]) -> None:
    async with (
        open_host(components, env_files=env_files, overrides=overrides) as host,
        serving(host, port=_port(host.settings, components[-1])) as port,
    ):
        names = ",".join(component.name for component in components)
        log.info("serving", components=names, address=f"http://{host.settings.host}:{port}")
        await until_stopped(host)
        log.info("stopping")


def _port(settings: Settings, front: Component) -> int:
    return settings.port if "port" in settings.model_fields_set else front.port


def _arguments(name: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=f"Serves {name}.")
    parser.add_argument("--port", type=int, help="where to listen; otherwise NIVAA_PORT, or the service's own port")
    parser.add_argument("--env-file", action="append", default=[], help="read after .env; may be given again")
    return parser.parse_args()
