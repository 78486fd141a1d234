"""The wiring of packages: the only file that knows all the others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.routing import Route

from services.packages.events import handlers
from services.packages.expiry import keep_expiring
from services.packages.graphql.context import PackagesContext
from services.packages.graphql.loaders import Loaders
from services.packages.graphql.schema import SCHEMA
from services.packages.reads import Reads
from services.packages.settings import PackagesSettings
from services.packages.sql.alert_changes import AlertChanges
from services.packages.work import PackagesWork
from shared.auth.viewer import Viewer
from shared.database.row import Row
from shared.database.watch import Watch
from shared.graphql.context import is_frozen
from shared.graphql.server import GraphQLServer
from shared.http import application
from shared.runtime.component import Component, Service, Surroundings


@asynccontextmanager
async def open_packages(around: Surroundings) -> AsyncIterator[Service]:
    settings: PackagesSettings = around.settings
    work = PackagesWork(
        database=around.database,
        outbox=around.outbox,
        clock=around.clock,
        organisation=settings.organisation,
    )
    alerts = Watch[None, Row](lambda _: AlertChanges(around.database).read, work.alerts_changed, around.stopping)
    graphql = GraphQLServer(
        SCHEMA,
        partial(open_context, work, settings, alerts),
        settings.most_answer_seconds,
        introspection=settings.introspection,
    )
    yield Service(
        app=application([Route("/graphql", graphql)]),
        handlers=handlers(work),
        jobs=[partial(keep_expiring, work), alerts.run],
    )


def open_context(
    work: PackagesWork, settings: PackagesSettings, alerts: Watch[None, Row], viewer: Viewer
) -> PackagesContext:
    reads = Reads(work.database, viewer)
    return PackagesContext(
        viewer=viewer,
        frozen=is_frozen(viewer, settings.freeze),
        currency=settings.currency,
        locale=settings.locale,
        work=work,
        reads=reads,
        loaders=Loaders(reads),
        alerts=alerts,
    )


COMPONENT = Component(name="packages", settings=PackagesSettings, open=open_packages, port=8001)
