"""Batch reads: however many fields ask, each kind of row is read once for a level of the query."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from uuid import UUID

from strawberry.dataloader import DataLoader

from services.packages.domain.people import PersonKind
from services.packages.reads import Reads
from shared.database.database import Row

One = DataLoader[UUID, Row | None]
Many = DataLoader[UUID, list[Row]]


class Loaders:
    """Of one request; `forget` what was read once a mutation has changed it."""

    def __init__(self, reads: Reads) -> None:
        self.parent = one_by("id", lambda ids: reads.people(PersonKind.PARENT, ids))
        self.child = one_by("id", lambda ids: reads.people(PersonKind.CHILD, ids))
        self.tutor = one_by("id", lambda ids: reads.people(PersonKind.TUTOR, ids))
        self.session = one_by("id", reads.sessions)
        self.rejection_of = one_by("session_id", reads.rejections_of)
        self.package = one_by("id", reads.packages)
        self.alert = one_by("id", reads.alerts)
        self.open_alert_of = one_by("parent_id", reads.open_alerts_of)
        self.children_of = many_by("parent_id", reads.children_of)
        self.packages_of = many_by("parent_id", reads.packages_of)
        self.movements_of = many_by("package_id", reads.movements_of)

    def forget(self) -> None:
        for loader in vars(self).values():
            loader.clear_all()


def one_by(column: str, read: Callable[[list[UUID]], Awaitable[list[Row]]]) -> One:
    async def load(keys: list[UUID]) -> list[Row | None]:
        found = {row[column]: row for row in await read(keys)}
        return [found.get(key) for key in keys]

    return DataLoader(load_fn=load)


def many_by(column: str, read: Callable[[list[UUID]], Awaitable[list[Row]]]) -> Many:
    async def load(keys: list[UUID]) -> list[list[Row]]:
        found: dict[UUID, list[Row]] = defaultdict(list)
        for row in await read(keys):
            found[row[column]].append(row)
        return [found[key] for key in keys]

    return DataLoader(load_fn=load)
