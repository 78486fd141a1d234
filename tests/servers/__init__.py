"""The real servers that tests talk to: found or started, once for all tests, and ended after them. Never skipped.

ladder.py      the ways to a server, tried in order; what to do when none leads there
postgres.py    rabbitmq.py: what each must be able to do, and how one of our own is started
compose.py     containers, where a docker engine answers
process.py     a server process of our own
"""

import atexit
from contextlib import ExitStack
from functools import cache

from tests.servers import postgres, rabbitmq
from tests.servers.apart import run_apart
from tests.servers.ladder import climb

_session = ExitStack()
atexit.register(_session.close)


@cache
def postgres_url() -> str:
    """A PostgreSQL server where databases may be created, without a database's name."""
    return climb("PostgreSQL", postgres.steps(_session), postgres.ADVICE)


@cache
def amqp_url() -> str:
    """A RabbitMQ server where queues may be declared."""
    return climb("RabbitMQ", rabbitmq.steps(_session), rabbitmq.ADVICE)


def on_server(statement: str) -> None:
    """Runs a statement as the server's administrator, whether or not an event loop is running here."""
    run_apart(postgres.execute(postgres_url(), statement))
