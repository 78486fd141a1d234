"""Answering by plans gives, to the letter and in order, what graphql-core's own way gives: data and errors."""

import asyncio
import gc
import json
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bench.without_plans import WithoutPlans
from shared.auth.viewer import Role, Viewer
from shared.database.row import Row
from shared.graphql.columns import OnRow, column
from shared.graphql.context import Context
from shared.graphql.context import Info as SharedInfo
from shared.graphql.entities import Entity
from shared.graphql.execution import ByPlans
from shared.graphql.leaves import written
from shared.graphql.loading import Loader, loaded, referred
from shared.graphql.money import ShownMoney, show
from shared.graphql.pages import Connection, Page, page_of
from shared.graphql.rules import EVERYBODY, OFFICE, Rules, money
from shared.graphql.schema import subgraph
from shared.money import Money
from shared.period import Month

AT = datetime(2026, 10, 5, 10, tzinfo=UTC)


@strawberry.enum
class Shade(StrEnum):
    DARK = "DARK"
    LIGHT = "LIGHT"


class Loaders:
    """What is read is noted."""

    def __init__(self) -> None:
        self.reads: list[tuple[str, list[Any]]] = []
        self.shop: Loader[UUID, Row | None] = Loader(self._shops)
        self.tags: Loader[str, list[str]] = Loader(self._tags, [])

    async def _shops(self, keys: Sequence[UUID]) -> dict[UUID, Row | None]:
        self.reads.append(("shops", list(keys)))
        await asyncio.sleep(0)
        if SHOP_OUT_OF_REACH in keys:
            raise OSError("the shop's wall fell down")
        return {key: {"id": key, "name": f"shop {key.int}", "owner": key.int % 2} for key in keys if key.int < 100}

    async def _tags(self, keys: Sequence[str]) -> dict[str, list[str]]:
        self.reads.append(("tags", list(keys)))
        await asyncio.sleep(0)
        return {key: [f"{key} a", f"{key} b"] for key in keys if not key.startswith("3")}


SHOP_OUT_OF_REACH = UUID(int=7)


@dataclass(frozen=True, kw_only=True)
class Told(Context):
    loaders: Loaders = field(default_factory=Loaders)


Info = SharedInfo[Told]


@strawberry.federation.type(keys=["id"])
class Shop(Entity, loader="shop"):
    id: strawberry.ID = column(str)
    title: str = column(str.upper, name="name")

    @strawberry.field
    def rent(self, info: Info) -> ShownMoney:
        return show(Money(self.row["id"].int, "INR"), info)

    @strawberry.field
    def banner(self, size: int = 1) -> str:
        return str(self.row["name"]) * size


@strawberry.federation.type(keys=["id"])
class Street:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, **_: Any) -> "Street":  # noqa: A002
        return cls(id=id)


@strawberry.type
class Ware(OnRow):
    size: int = column()
    shade: Shade | None = column(Shade)
    open: bool = column(bool)
    month: Month | None = column(Month.parse)
    shop: Shop | None = referred("shop", "shop_id", Shop)

    @loaded("tags", by=lambda ware: f"{ware.size}")
    def tags(self, _: Info, tags: list[str]) -> list[str]:
        return tags

    @loaded("tags", by=lambda ware: f"{ware.size}" if ware.size else None)
    def first_tag(self, _: Info, tags: list[str]) -> str | None:
        return f"{tags[0]} of {self.row['size']}" if tags else None


@strawberry.type
class Thing:
    id: strawberry.ID
    size: int
    at: datetime
    shade: Shade
    note: str | None
    secret: str | None
    month: Month | None

    @strawberry.field
    def doubled(self) -> int:
        return self.size * 2

    @strawberry.field
    async def later(self) -> str:
        return f"later {self.id}"

    @strawberry.field
    def price(self, info: Info) -> ShownMoney:
        return show(Money(self.size, "INR"), info)

    @strawberry.field
    def next(self, info: Info) -> "Thing | None":  # noqa: ARG002
        """Of the second, one whose size is none; of the third, none at all."""
        if self.size == 3:
            return None
        return thing(3, size=None) if self.size == 2 else thing(self.size + 1)

    @strawberry.field
    def failing(self) -> int:
        if self.size == 2:
            raise ValueError("two")
        return self.size

    @strawberry.field
    def parts(self, number: int = 1) -> list["Thing"]:
        return [thing(self.size + 1, number) for number in range(number)]

    @strawberry.field
    def wares(self) -> list[Ware]:
        return [ware(self.size), ware(self.size + 1)]


def thing(count: int, number: int = 0, **other: Any) -> Thing:
    given: dict[str, Any] = {"size": count, "at": AT, "shade": Shade.DARK, "note": None, "secret": "s", "month": None}
    return Thing(id=strawberry.ID(f"{count}-{number}"), **given | other)


def ware(size: int, **other: Any) -> Ware:
    row = {"size": size, "shade": "LIGHT", "open": size % 2, "month": "2026-10", "shop_id": UUID(int=size % 3)}
    return Ware.of(row | other)


@strawberry.type
class Query:
    @strawberry.field
    def things(self) -> list[Thing]:
        return [thing(1, note="one"), thing(2, month=Month(2026, 10)), thing(3, shade=Shade.LIGHT)]

    @strawberry.field
    def broken(self) -> list[Thing | None]:
        """With a null where none may be, a value that its type has not, and one that is sound."""
        return [thing(1, size=None), thing(2, size="many"), thing(3, shade="GREEN"), thing(4)]

    @strawberry.field
    async def wares(self, first: int | None = None, after: str | None = None) -> Connection[Ware]:
        rows = [
            ware(size, shop_id=None if size == 4 else UUID(int=150 if size == 3 else size)).row for size in range(6)
        ]
        return page_of(Page.asked(first, after, tuple[int]), rows, key=lambda row: [row["size"]], node=Ware.of)

    @strawberry.field
    def odd_wares(self) -> list[Ware]:
        """A column that is not there, a value that its type has not, a null where none may be, one that is sound."""
        return [Ware.of({"size": 1, "shop_id": None}), ware(2, shade="GREEN"), ware(None), ware(4)]  # type: ignore[arg-type]

    @strawberry.field
    def far_wares(self) -> list[Ware]:
        """One of them in a shop out of reach."""
        return [ware(1), ware(2, shop_id=SHOP_OUT_OF_REACH)]

    @strawberry.field
    async def shop(self, info: Info, id: strawberry.ID) -> Shop | None:  # noqa: A002
        return await Shop.resolve_reference(info, id)


def _fields(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, EVERYBODY)


RULES: Rules = {
    "Query": _fields("things", "broken", "wares", "oddWares", "farWares", "shop"),
    "Thing": _fields(
        "id", "size", "at", "shade", "note", "month", "doubled", "later", "failing", "parts", "next", "wares"
    )
    | {"secret": OFFICE, "price": money(EVERYBODY)},
    "Ware": _fields("size", "shade", "open", "month", "shop", "firstTag") | {"tags": OFFICE},
    "Shop": _fields("id", "title", "banner") | {"rent": money(OFFICE)},
    "Street": _fields("id"),
}
SCHEMA = subgraph(RULES, Query, types=[Street])

OPERATIONS = [
    "{ things { id size at shade note secret month } }",
    "{ things { b: size a: id c: size __typename t: __typename doubled a2: id } }",
    "{ things { later id ...Some price { amount display } note } } fragment Some on Thing { at parts { id note } }",
    "{ things { id failing later size } }",
    "{ things { id @skip(if: true) size @include(if: true) ... @include(if: false) { note } } }",
    "{ things { parts(number: 3) { id secret parts { size later } } } }",
    "{ things { next { size id __typename } id } }",
    "{ things { id next { id note } price { amount display } } }",
    "{ things { a: next { later } b: next { next { id } } } }",
    "{ things { id wares { size firstTag shop { title rent { amount reason } } } next { wares { tags } } } }",
    "{ broken { id size shade } }",
    "{ broken { next { size } shade } }",
    "{ broken { later shade } }",
    "{ broken { note } }",
    "{ wares { nodes { size shade open month tags firstTag shop { id title rent { display } } } } }",
    "{ wares(first: 2) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { shop { title } } } } }",
    "{ wares { nodes { shop { id banner(size: 2) } } } }",
    "{ oddWares { size shade } }",
    "{ oddWares { shop { id } } }",
    "{ farWares { size shop { title } } }",
    "{ farWares { size firstTag shop { banner title } } }",
    f'{{ shop(id: "{UUID(int=1)}") {{ id title }} }}',
    "query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Shop { id title rent { amount } } } }",
    "query($r: [_Any!]!) { _entities(representations: $r) { ... on Shop { banner title } ... on Street { id } } }",
]
KEYS: list[list[dict[str, Any]]] = [
    [{"__typename": "Shop", "id": str(UUID(int=each))} for each in (1, 2, 150, 1)],
    [{"__typename": "Street", "id": "long"}, {"__typename": "Shop", "id": str(UUID(int=3))}],
    [{"__typename": "Shop", "id": "no id"}, {"__typename": "Shop", "id": str(UUID(int=3))}],
    [{"__typename": "Shop", "id": str(SHOP_OUT_OF_REACH)}, {"__typename": "Street", "id": "short"}],
]


def context(role: Role = Role.COORDINATOR, *, frozen: bool = False) -> Told:
    return Told(viewer=Viewer("someone", role), frozen=frozen, currency="INR", locale="en_IN")


async def answer(operation: str, role: Role, *, frozen: bool) -> str:
    answers = []
    for keys in KEYS if "$r" in operation else [None]:
        given = {"r": [dict(key) for key in keys]} if keys else {}
        with capture_logs():  # its tracebacks would take longer than all the rest
            result = await SCHEMA.execute(operation, given, context_value=context(role, frozen=frozen))
        errors = sorted(str((error.message, error.path, error.extensions)) for error in result.errors or [])
        answers.append([result.data, errors])
    return json.dumps(answers, default=str)


@pytest.mark.parametrize("role", [Role.PARENT, Role.COORDINATOR])
@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_it_answers_as_the_ordinary_way_does(
    operation: str, frozen: bool, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = await answer(operation, role, frozen=frozen)
    monkeypatch.setattr(SCHEMA, "execution_context_class", WithoutPlans)
    assert await answer(operation, role, frozen=frozen) == ours


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        ("{ things { id size at shade note secret month next { id } price { amount } } }", ["things"]),
        ("{ wares { nodes { size tags firstTag shop { title rent { amount } } } } }", ["wares"]),
        ("{ wares { __typename nodes { __typename shop { __typename id rent { __typename amount } } } } }", ["wares"]),
    ],
)
async def test_a_list_of_what_is_plain_asks_no_resolver(
    operation: str, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ordinary = ByPlans.execute_field

    def noting(self: Any, parent_type: Any, source: Any, field: Any, *rest: Any) -> Any:
        asked.append(field[0].node.name.value)
        return ordinary(self, parent_type, source, field, *rest)

    monkeypatch.setattr(ByPlans, "execute_field", noting)
    for frozen in (True, False):
        result = await SCHEMA.execute(operation, context_value=context(frozen=frozen))
        assert (result.errors, asked) == (None, names)
        asked.clear()


async def test_what_a_list_needs_is_read_once_for_each_loader() -> None:
    told = context()
    operation = "{ wares { nodes { tags firstTag shop { title } a: shop { id banner } } } }"
    assert (await SCHEMA.execute(operation, context_value=told)).errors is None
    assert sorted(name for name, _ in told.loaders.reads) == ["shops", "tags"]


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=1))
def test_instants_are_written_together_as_one_by_one(instants: list[datetime]) -> None:
    write = written(SCHEMA._schema.type_map["DateTime"], may_be_null=False)
    assert write(instants) == [instant.isoformat() for instant in instants]


async def test_what_was_read_is_let_go_with_the_answer() -> None:
    """Left to the garbage collector, a list's rows would cost it a quarter of the list's time."""
    told = context()
    kept = weakref.ref(told)
    gc.disable()
    try:
        assert (await SCHEMA.execute("{ wares { nodes { tags shop { title } } } }", context_value=told)).errors is None
        del told
        assert kept() is None
    finally:
        gc.enable()
