"""A list of sessions as strawberry's and Tortoise's documentation show it: models, async resolvers, data loaders.

python -m bench.plain_sessions postgres://... PORT
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from tortoise.contrib.starlette import RegisterTortoise
from tortoise.expressions import Q

from services.packages import tables
from services.packages.domain.sessions import SessionStatus
from shared.database.database import DatabaseConfig

strawberry.enum(SessionStatus)


async def load_people(ids: list[UUID]) -> list[tables.Person | None]:
    found = await tables.Person.in_bulk(ids, "id")
    return [found.get(id_) for id_ in ids]


@strawberry.type
class Person:
    id: strawberry.ID
    name: str


Info = strawberry.Info[dict[str, Any], None]


async def person(info: Info, id_: UUID) -> Person:
    found = await info.context["people"].load(id_)
    return Person(id=strawberry.ID(str(found.id)), name=found.name)


@strawberry.type
class Session:
    row: strawberry.Private[Any]
    id: strawberry.ID
    starts_at: datetime
    duration_minutes: int
    status: SessionStatus
    billed_as_addon: bool
    external_ref: str | None

    @strawberry.field
    async def child(self, info: Info) -> Person:
        return await person(info, self.row.child_id)

    @strawberry.field
    async def parent(self, info: Info) -> Person:
        return await person(info, self.row.parent_id)

    @strawberry.field
    async def tutor(self, info: Info) -> Person:
        return await person(info, self.row.tutor_id)


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Sessions:
    nodes: list[Session]
    page_info: PageInfo


def _session(row: tables.Session) -> Session:
    return Session(
        row=row,
        id=strawberry.ID(str(row.id)),
        starts_at=row.starts_at,
        duration_minutes=row.duration_minutes,
        status=row.status,
        billed_as_addon=row.billed_as_addon,
        external_ref=row.external_ref,
    )


@strawberry.type
class Query:
    @strawberry.field
    async def sessions(self, first: int = 20, after: str | None = None) -> Sessions:
        query = tables.Session.all()
        if after:
            text, id_ = after.split("|")
            at = datetime.fromisoformat(text)
            query = query.filter(Q(starts_at__lt=at) | Q(starts_at=at, id__lt=id_))
        rows = await query.order_by("-starts_at", "-id").limit(first + 1)
        shown = rows[:first]
        end = f"{shown[-1].starts_at.isoformat()}|{shown[-1].id}" if shown else None
        return Sessions(
            nodes=[_session(row) for row in shown], page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=end)
        )


class Server(GraphQL[dict[str, Any], None]):
    async def get_context(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {"people": DataLoader(load_fn=load_people)}


def app(url: str) -> Starlette:
    config = DatabaseConfig("packages", url).for_tortoise()
    for connection in config["connections"].values():
        connection["engine"] = "tortoise.backends.asyncpg"

    @asynccontextmanager
    async def lifespan(starlette: Starlette) -> AsyncIterator[None]:
        async with RegisterTortoise(starlette, config=config):
            yield

    return Starlette(routes=[Mount("/graphql", Server(strawberry.Schema(Query), graphql_ide=None))], lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(app(sys.argv[1]), port=int(sys.argv[2]), loop="uvloop", log_level="warning")
