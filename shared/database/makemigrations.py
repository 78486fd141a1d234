"""`python -m shared.database.makemigrations SERVICE... [--check]`

Writes the migrations that the services' tables call for. With --check it writes nothing and fails when there
is something to write, which is what CI asks.
"""

import argparse
import asyncio
import sys

from shared.database.database import DatabaseConfig
from shared.database.migrations import missing_migrations


async def main(services: list[str], *, check: bool) -> int:
    missing = 0
    for service in services:
        for migration in await missing_migrations(DatabaseConfig(service, "sqlite://:memory:")):
            missing += 1
            where = migration.name if check else migration.write()
            sys.stdout.write(f"{service}: {'missing' if check else 'wrote'} {where}\n")
    if not missing:
        sys.stdout.write("No changes detected\n")
    return 1 if check and missing else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("services", nargs="+")
    parser.add_argument("--check", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    asked = arguments()
    sys.exit(asyncio.run(main(asked.services, check=asked.check)))
