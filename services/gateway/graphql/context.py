"""The context of the gateway's own subgraph."""

from collections.abc import Callable
from dataclasses import dataclass

from services.gateway.settings import GatewaySettings
from shared.auth.viewer import Role, Viewer
from shared.graphql.context import Context, is_frozen


@dataclass(frozen=True, kw_only=True)
class GatewayContext(Context):
    """`frozen_workspaces` is the setting, `frozen` what it means for this viewer."""

    frozen_workspaces: frozenset[Role]


def context_opener(settings: GatewaySettings) -> Callable[[Viewer], GatewayContext]:
    def open_context(viewer: Viewer) -> GatewayContext:
        return GatewayContext(
            viewer=viewer,
            frozen=is_frozen(viewer, settings.freeze),
            currency=settings.currency,
            locale=settings.locale,
            frozen_workspaces=settings.freeze,
        )

    return open_context
