"""The file store's own links: what they lead to contains money, so those made for frozen workspaces are shut."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams, URLPath
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from shared.auth.viewer import Role
from shared.errors import MoneyFrozen
from shared.graphql.context import is_frozen_for
from shared.http import refusal_response


@dataclass(frozen=True)
class LinkRoute(BaseRoute):
    """A route of the store, for links whose readers see money now, whenever they were made."""

    route: BaseRoute
    frozen_workspaces: Collection[Role]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return self.route.matches(scope)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        return self.route.url_path_for(name, **path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_frozen_for(QueryParams(scope["query_string"]).get("for", ""), self.frozen_workspaces):
            refusal = MoneyFrozen("documents are unavailable during the beta")
            await refusal_response(refusal)(scope, receive, send)
        else:
            await self.route.handle(scope, receive, send)


def link_routes(routes: Sequence[BaseRoute], frozen_workspaces: Collection[Role]) -> Iterator[BaseRoute]:
    return (LinkRoute(route, frozen_workspaces) for route in routes)
