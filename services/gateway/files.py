"""The file store's own links: what they lead to contains money, so those made for frozen workspaces are shut."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.auth.viewer import Role
from shared.errors import MoneyFrozen
from shared.graphql.context import is_frozen_for
from shared.http import refusal_response

Softened = Callable[[Request, Response, str], Response]
"""A refusal as who asks wants to be told it, and its words for those who read a page."""

HTTP_REFUSED = 400
FROZEN = "documents are unavailable during the beta"
ENDED = "This link is not valid, or not any more. Your workspace has a new one beside each invoice."


def link_routes(routes: Sequence[Route], frozen_workspaces: Collection[Role], softened: Softened) -> Iterator[Route]:
    """Routes of the store, for links whose readers see money now, whenever they were made."""
    for route in routes:
        yield Route(route.path, _guarded(route.endpoint, frozen_workspaces, softened), methods=["GET"])


def _guarded(
    serve: Callable[[Request], Awaitable[Response]], frozen_workspaces: Collection[Role], softened: Softened
) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        if is_frozen_for(request.query_params.get("for", ""), frozen_workspaces):
            refusal = MoneyFrozen(FROZEN)
            return softened(request, refusal_response(refusal), refusal.message)
        response = await serve(request)
        return softened(request, response, ENDED) if response.status_code >= HTTP_REFUSED else response

    return respond
