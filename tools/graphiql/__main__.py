"""`make graphiql`: what strawberry's page names, as npm has it, compressed beside the gateway's endpoint."""

import gzip
import json
import re
import shutil
from pathlib import Path

from services.gateway.endpoint.graphiql import FILES, addresses, packed

PACKAGES = Path(__file__).parent / "node_modules"
_ADDRESS = re.compile(r"(@?[^@]+)@([^/]+)/(.+)")
"""A package, its version and a file in it."""


def main() -> None:
    """Raises ValueError when npm's is another version than the page's."""
    shutil.rmtree(FILES, ignore_errors=True)
    for address in addresses():
        [(name, version, file)] = _ADDRESS.findall(address)
        package = PACKAGES / name
        found = json.loads((package / "package.json").read_text())["version"]
        if found != version:
            raise ValueError(f"the page names {address}, and package.json asks npm for {found}")
        packed(address).parent.mkdir(parents=True, exist_ok=True)
        packed(address).write_bytes(gzip.compress((package / file).read_bytes(), mtime=0))
        for licence in package.glob("LICENSE*"):
            shutil.copy(licence, FILES / f"{name}@{version}")


main()
