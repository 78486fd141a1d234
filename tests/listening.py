"""Who listens to a service's database, in this process."""

import gc
from typing import Any

from shared.database.watch import Listener, _Watched


def listening() -> list[Listener[Any]]:
    """Every listener that some reader still looks for."""
    watched = [each for each in gc.get_objects() if isinstance(each, _Watched)]
    return [listener for each in watched for listener in each.listeners]
