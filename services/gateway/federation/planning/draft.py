"""The plan while it is being made: mutable, and every change can be taken back.

The planner tries a move, looks at what it cost, and takes it back (`rollback`) or keeps it (`replay`). That works
because everything that changes goes through the journal.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from services.gateway.federation.operation.selection import Field, Selections
from services.gateway.federation.planning.plan import Path


@dataclass(slots=True, eq=False)
class DraftSelection:
    """What one fetch asks of the objects at one place. `type_name` is the type as its subgraph declares it.

    `locations` are all that reach these objects from here: the selection itself, and where moves have led since.
    """

    type_name: str
    is_abstract: bool = False
    locations: "list[Location]" = field(default_factory=list)
    fields: dict[str, "DraftField"] = field(default_factory=dict)
    fragments: dict[str, "DraftSelection"] = field(default_factory=dict)

    @property
    def is_asked(self) -> bool:
        """Whether anything is."""
        return bool(self.fields or self.fragments)

    def count_leaves(self) -> int:
        inner = [one.selection for one in self.fields.values() if one.selection]
        return len(self.fields) - len(inner) + sum(one.count_leaves() for one in (*inner, *self.fragments.values()))


@dataclass(slots=True, eq=False)
class DraftField:
    """A field and, if it has one, its selection. `field` carries no selections of its own."""

    field: Field
    selection: DraftSelection | None


@dataclass(slots=True, eq=False)
class DraftFetch:
    """A request to one subgraph: entities of `type_name` at `path`, or root fields when `is_root`."""

    subgraph: str
    path: Path
    type_name: str
    is_root: bool
    selection: DraftSelection
    needs: list[Selections] = field(default_factory=list)
    after: set["DraftFetch"] = field(default_factory=set)


@dataclass(frozen=True, slots=True, eq=False)
class Location:
    """A place in a fetch where fields of the position's objects can be asked for.

    `provided` holds external fields that `@provides` makes available here, `satisfied` names the fields whose
    `@requires` the fetch carries in its representations.
    """

    subgraph: str
    fetch: DraftFetch
    selection: DraftSelection
    provided: Selections = ()
    satisfied: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Position:
    """Objects of one type at one path of the answer, and the locations that reach them.

    `pending` are the keys and requirements being resolved right now: asking for one again would be circular. At a
    position that `stays`, and below it, nothing moves to another subgraph.
    """

    type_name: str
    path: Path
    locations: list[Location]
    pending: frozenset[tuple[str, ...]] = frozenset()
    stays: bool = False

    def resolving(self, *what: str) -> "Position":
        """The same position (and the same list of locations) with one more thing pending."""
        return replace(self, pending=self.pending | {what})


@dataclass(slots=True)
class _Put:
    """An entry that was not there."""

    entries: dict[str, Any]
    key: str
    value: object

    def do(self) -> None:
        self.entries[self.key] = self.value

    def undo(self) -> None:
        del self.entries[self.key]


@dataclass(slots=True)
class _Append:
    items: list[Any]
    item: object

    def do(self) -> None:
        self.items.append(self.item)

    def undo(self) -> None:
        self.items.pop()


@dataclass(slots=True)
class _Wait:
    """For fetches that were not waited for."""

    fetch: DraftFetch
    others: set[DraftFetch]

    def do(self) -> None:
        self.fetch.after |= self.others

    def undo(self) -> None:
        self.fetch.after -= self.others


Change = _Put | _Append | _Wait


class Draft:
    """The fetches, and the journal of the changes to them."""

    def __init__(self) -> None:
        self.fetches: list[DraftFetch] = []
        self._journal: list[Change] = []

    def mark(self) -> int:
        return len(self._journal)

    def rollback(self, mark: int) -> list[Change]:
        """Takes back all changes since the mark; the result can be replayed."""
        undone = self._journal[mark:]
        for change in reversed(undone):
            change.undo()
        del self._journal[mark:]
        return undone

    def replay(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._apply(change)

    def _apply(self, change: Change) -> None:
        change.do()
        self._journal.append(change)

    def add_fetch(self, fetch: DraftFetch) -> None:
        self._apply(_Append(self.fetches, fetch))

    def add_location(self, position: Position, location: Location) -> None:
        self._apply(_Append(position.locations, location))

    def add_needs(self, fetch: DraftFetch, selections: Selections) -> None:
        self._apply(_Append(fetch.needs, selections))

    def wait_for(self, fetch: DraftFetch, others: Iterable[DraftFetch]) -> None:
        self._apply(_Wait(fetch, set(others) - fetch.after))

    def locations(self, location: Location) -> list[Location]:
        """Those of the objects at the location, which is the first of them."""
        known = location.selection.locations
        if not known:
            known.append(location)
        return known

    def add_field(self, selection: DraftSelection, key: str, asked: Field, child: DraftSelection | None = None) -> None:
        """Asks for the field under that key, once."""
        if key not in selection.fields:
            field = Field(asked.name, key, asked.arguments, asked.variables)
            self._apply(_Put(selection.fields, key, DraftField(field, child)))

    def add_composite(self, selection: DraftSelection, key: str, asked: Field, empty: DraftSelection) -> DraftSelection:
        """Asks for the field under that key; returns its selection, `empty` if it is new."""
        self.add_field(selection, key, asked, empty)
        return selection.fields[key].selection or empty

    def add_fragment(self, selection: DraftSelection, type_name: str) -> DraftSelection:
        known = selection.fragments.get(type_name)
        if known is not None:
            return known
        added = DraftSelection(type_name)
        self._apply(_Put(selection.fragments, type_name, added))
        return added
