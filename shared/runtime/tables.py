"""What a component with tables has besides: a database of its own, an inbox and an outbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from shared.database.database import BindDatabase, Database, DatabaseConfig, open_database
from shared.database.migrations import migrate
from shared.messaging.broker import Broker
from shared.messaging.inbox import Inbox
from shared.messaging.outbox import Outbox, Relay
from shared.runtime.component import Job, Service


class Tables:
    """One component's."""

    def __init__(self, name: str, database: Database) -> None:
        self._name = name
        self.database = database
        self.outbox = Outbox()

    def around(self, app: ASGIApp) -> ASGIApp:
        """The app, whose requests work on the database."""
        return BindDatabase(app, self.database)

    async def jobs(self, service: Service, broker: Broker) -> list[Job]:
        """The service's own and the relay's. From now on the service takes messages."""
        inbox = Inbox(self.database, service.handlers)
        if inbox.topics:
            await broker.subscribe(self._name, inbox.topics, inbox.receive)
        relay = Relay(self.database, self.outbox, broker)
        return [self._bound(job) for job in (relay.run, *service.jobs)]

    def _bound(self, job: Job) -> Job:
        async def run() -> None:
            with self.database.bound():
                await job()

        return run


@asynccontextmanager
async def open_tables(name: str, url: str) -> AsyncIterator[Tables]:
    """Migrates them first."""
    config = DatabaseConfig(name, url)
    await migrate(config)
    async with open_database(config) as database:
        yield Tables(name, database)
