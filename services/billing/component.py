"""How billing is put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.routing import Route

from services.billing.domain.progress import Progress
from services.billing.events import handlers
from services.billing.graphql.context import BillingContext, loaders
from services.billing.graphql.schema import SCHEMA
from services.billing.http import routes
from services.billing.settings import BillingSettings
from services.billing.sql.progress import ProgressReader
from services.billing.use_cases.finish_closing import finish_closing
from services.billing.work import BillingWork
from shared.auth.viewer import Viewer
from shared.database.watch import Watch
from shared.graphql.context import is_frozen
from shared.graphql.server import GraphQLServer
from shared.http import application
from shared.period import Month
from shared.runtime.component import Component, Service, Surroundings

FINISH_EVERY_SECONDS = 3.0


@asynccontextmanager
async def open_billing(around: Surroundings) -> AsyncIterator[Service]:
    settings: BillingSettings = around.settings
    work = BillingWork(
        database=around.database,
        outbox=around.outbox,
        clock=around.clock,
        zone=settings.zone,
        currency=settings.currency,
        taxes=settings.taxes,
        patience_seconds=settings.run_patience_seconds,
        answer_seconds=settings.run_answer_seconds,
    )
    progress = Watch[Month, Progress](
        lambda month: ProgressReader(around.database, month).read, work.progressed, around.stopping, only_latest=True
    )
    graphql = GraphQLServer(
        SCHEMA,
        partial(_context, settings, work, progress),
        settings.most_answer_seconds,
        introspection=settings.introspection,
    )
    app = application([Route("/graphql", graphql), *routes(work)])
    try:
        yield Service(app=app, handlers=handlers(work), jobs=[partial(_keep_finishing, work), progress.run])
    finally:
        await work.errands.end()


def _context(
    settings: BillingSettings, work: BillingWork, progress: Watch[Month, Progress], viewer: Viewer
) -> BillingContext:
    return BillingContext(
        viewer=viewer,
        frozen=is_frozen(viewer, settings.freeze),
        currency=settings.currency,
        locale=settings.locale,
        work=work,
        loaders=loaders(work, viewer),
        progress=progress,
    )


async def _keep_finishing(work: BillingWork) -> None:
    """At the start, and then again and again: what a crash left is taken up soon."""
    while True:
        await finish_closing(work)
        await asyncio.sleep(FINISH_EVERY_SECONDS)


COMPONENT = Component(name="billing", settings=BillingSettings, open=open_billing, port=8002)
