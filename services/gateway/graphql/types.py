"""Who the viewer is and where they can go."""

from enum import Enum
from typing import Annotated

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from services.gateway.domain.navigation import Item, items_for
from services.gateway.graphql.context import GatewayContext
from shared.auth.viewer import Role
from shared.auth.viewer import Viewer as AuthenticatedViewer
from shared.graphql.context import Info
from shared.graphql.money import FREEZE_REASON


@strawberry.enum(name="Role", description="In which role the viewer's token was issued.")
class ViewerRole(Enum):
    PARENT = "parent"
    TUTOR = "tutor"
    COORDINATOR = "coordinator"
    SERVICE = "service"


@strawberry.enum(description="Where a viewer works; services have no workspace.")
class Workspace(Enum):
    PARENT = "parent"
    TUTOR = "tutor"
    COORDINATOR = "coordinator"


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class Parent:
    id: strawberry.ID


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class Tutor:
    id: strawberry.ID


ViewerPerson = Annotated[Parent | Tutor, strawberry.union("ViewerPerson")]


@strawberry.type(description="A place to go. Disabled ones stay in the list and say why.")
class NavigationItem:
    key: str
    label: str
    href: str
    enabled: bool
    reason: str | None


@strawberry.type(description="The beta freeze: whether money is hidden from the viewer, and in which workspaces.")
class Freeze:
    frozen: bool
    workspaces: list[Workspace]
    reason: str | None


@strawberry.type
class Viewer:
    viewer: strawberry.Private[AuthenticatedViewer]

    @strawberry.field
    def role(self) -> ViewerRole:
        return ViewerRole(self.viewer.role)

    @strawberry.field
    def workspace(self) -> Workspace | None:
        return Workspace(self.viewer.workspace) if self.viewer.workspace else None

    @strawberry.field
    def person(self) -> ViewerPerson | None:
        """The parent or the tutor that the viewer is; coordinators and services are neither."""
        person_id = strawberry.ID(self.viewer.subject)
        match self.viewer.role:
            case Role.PARENT:
                return Parent(id=person_id)
            case Role.TUTOR:
                return Tutor(id=person_id)
        return None

    @strawberry.field
    def navigation(self, info: Info[GatewayContext]) -> list[NavigationItem]:
        frozen = info.context.frozen
        return [_shown(item, disabled=frozen and item.shows_money) for item in items_for(self.viewer.workspace)]

    @strawberry.field
    def freeze(self, info: Info[GatewayContext]) -> Freeze:
        context = info.context
        workspaces = [workspace for workspace in Workspace if Role(workspace.value) in context.frozen_workspaces]
        return Freeze(frozen=context.frozen, workspaces=workspaces, reason=FREEZE_REASON if context.frozen else None)


def _shown(item: Item, *, disabled: bool) -> NavigationItem:
    reason = FREEZE_REASON if disabled else None
    return NavigationItem(key=item.key, label=item.label, href=item.href, enabled=not disabled, reason=reason)
