"""The wiring of invoicing; the only file that knows all the others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.routing import Route

from services.invoicing.document.html import Typesetter
from services.invoicing.document.workers import PoolLimits
from services.invoicing.events import handlers
from services.invoicing.graphql.context import open_context
from services.invoicing.graphql.schema import SCHEMA
from services.invoicing.http import InvoiceExports
from services.invoicing.rendering import RenderingJob
from services.invoicing.settings import InvoicingSettings
from services.invoicing.work import InvoicingWork
from shared.graphql.server import GraphQLServer
from shared.http import application
from shared.runtime.component import Component, Service, Surroundings


@asynccontextmanager
async def open_invoicing(surroundings: Surroundings) -> AsyncIterator[Service]:
    settings: InvoicingSettings = surroundings.settings
    work = InvoicingWork(
        database=surroundings.database,
        outbox=surroundings.outbox,
        clock=surroundings.clock,
        organisation=settings.organisation,
        zone=settings.zone,
    )
    rendering = RenderingJob(
        work,
        surroundings.files,
        Typesetter(settings.locale),
        binary=settings.renderer,
        limits=PoolLimits(processes=settings.renderer_processes),
    )
    context_of = partial(open_context, work, surroundings.files, settings)
    graphql = GraphQLServer(SCHEMA, context_of, settings.most_answer_seconds, introspection=settings.introspection)
    exports = InvoiceExports(work, surroundings.files, settings.freeze)
    yield Service(
        app=application([Route("/graphql", graphql), *exports.routes]),
        handlers=handlers(work),
        jobs=[rendering.run],
        checks={"files": surroundings.files.check},
    )


COMPONENT = Component(name="invoicing", settings=InvoicingSettings, open=open_invoicing, port=8003)
