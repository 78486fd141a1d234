"""What the gateway itself answers."""

import strawberry

from services.gateway.graphql.context import GatewayContext
from services.gateway.graphql.types import Viewer
from shared.graphql.context import Info


@strawberry.type
class Query:
    @strawberry.field
    def viewer(self, info: Info[GatewayContext]) -> Viewer:
        """Who asks."""
        return Viewer(viewer=info.context.viewer)
