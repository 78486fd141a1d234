"""What can be subscribed to in packages."""

from collections.abc import AsyncGenerator

import strawberry

from services.packages.graphql.context import Info
from services.packages.graphql.types import LowPackageAlert
from shared.database.row import Row
from shared.database.watch import Listener
from shared.graphql.live import heard, listen


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def low_package_alert(self, info: Info) -> AsyncGenerator[LowPackageAlert, None]:
        """An alert each time that it is raised, acknowledged or resolved: parents hear of their own, coordinators of
        all."""
        return _alerts(info, await listen(info.context, info.context.alerts, None))


async def _alerts(info: Info, listener: Listener[Row]) -> AsyncGenerator[LowPackageAlert, None]:
    context = info.context
    async for change in heard(listener, context.viewer):
        if context.reads.sees_family(change["parent_id"]):
            context.loaders.forget()  # what was read for an earlier event has had time to change
            yield LowPackageAlert.of(change)
