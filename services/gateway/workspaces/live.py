"""Pages that change while they are looked at: a subscription as an event stream, for whoever is signed in."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from services.gateway.endpoint.answers import Answer
from services.gateway.endpoint.asked import Asked
from services.gateway.endpoint.beating import Lifetime
from services.gateway.endpoint.event_response import EventResponse
from services.gateway.workspaces.asking import document
from services.gateway.workspaces.visit import House, Visit, page_route
from shared.auth.viewer import Role

Told = Callable[[Answer], dict[str, Any]]
"""What a page is told of an answer."""


def event_route(
    house: House,
    path: str,
    role: Role,
    name: str,
    variables: Callable[[Visit], dict[str, Any]] = lambda _: {},
    told: Told = lambda answer: answer,
) -> Route:
    async def stream(visit: Visit) -> Response:
        operations, caller = house.operations, visit.caller
        asked = Asked(document(name), variables(visit))
        prepared = operations.prepare(asked)

        @asynccontextmanager
        async def answers() -> AsyncGenerator[AsyncIterator[Answer], None]:
            async with operations.answers(prepared, asked, caller) as events:
                yield _told(events, told)

        lifetime = Lifetime(caller.viewer.known_until, house.stopping)
        return EventResponse(answers(), operations.stream_of(caller), lifetime)

    return page_route(house, path, role, stream)


async def _told(events: AsyncIterator[Answer], told: Told) -> AsyncGenerator[Answer, None]:
    async for answer in events:
        yield answer if answer.get("errors") else told(answer)
