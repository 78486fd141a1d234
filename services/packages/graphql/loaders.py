"""Batch reads: however many fields ask, each kind of row is read once for a level of the query."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from services.packages.domain.people import PersonKind
from services.packages.reads import Reads
from shared.database.row import Row
from shared.graphql.loading import Loader

One = Loader[UUID, Row | None]
Many = Loader[UUID, list[Row]]
Read = Callable[[list[UUID]], Awaitable[list[Row]]]


class Loaders:
    """Of one request; `forget` what was read once a mutation has changed it."""

    def __init__(self, reads: Reads) -> None:
        self.parent = one_by("id", partial(reads.people, PersonKind.PARENT))
        self.child = one_by("id", partial(reads.people, PersonKind.CHILD))
        self.tutor = one_by("id", partial(reads.people, PersonKind.TUTOR))
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


def one_by(column: str, read: Read) -> One:
    return Loader(partial(_one_by, column, read))


def many_by(column: str, read: Read) -> Many:
    return Loader(partial(_many_by, column, read), missing=[])


async def _one_by(column: str, read: Read, keys: list[UUID]) -> dict[UUID, Row | None]:
    return {row[column]: row for row in await read(keys)}


async def _many_by(column: str, read: Read, keys: list[UUID]) -> dict[UUID, list[Row]]:
    rows: dict[UUID, list[Row]] = defaultdict(list)
    for row in await read(keys):
        rows[row[column]].append(row)
    return rows
