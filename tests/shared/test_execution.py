"""Reading attributes first gives, to the letter and in order, what graphql-core's own way gives: data and errors."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
import strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from structlog.testing import capture_logs

from shared.auth.viewer import Role, Viewer
from shared.graphql.context import Context, Info
from shared.graphql.execution import AttributesFirst
from shared.graphql.money import ShownMoney, show
from shared.graphql.rules import EVERYBODY, OFFICE, Rules, money
from shared.graphql.schema import subgraph
from shared.money import Money
from shared.period import Month

AT = datetime(2026, 10, 5, 10, tzinfo=UTC)


@strawberry.enum
class Shade(StrEnum):
    DARK = "DARK"
    LIGHT = "LIGHT"


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
    def price(self, info: Info[Context]) -> ShownMoney:
        return show(Money(self.size, "INR"), info)

    @strawberry.field
    def next(self, info: Info[Context]) -> "Thing | None":  # noqa: ARG002
        """Of the second, one whose size is none; of the third, none at all."""
        if self.size == 3:
            return None
        return thing(3, size=None) if self.size == 2 else thing(self.size + 1)

    @strawberry.field
    def promised(self) -> "Thing | None":
        """Only of the first it is at hand."""
        return thing(9) if self.size == 1 else later_thing()  # type: ignore[return-value]

    @strawberry.field
    def failing(self) -> int:
        if self.size == 2:
            raise ValueError("two")
        return self.size

    @strawberry.field
    def parts(self, number: int = 1) -> list["Thing"]:
        return [thing(self.size + 1, number) for number in range(number)]


async def later_thing() -> Thing:
    return thing(10)


def thing(count: int, number: int = 0, **other: Any) -> Thing:
    given: dict[str, Any] = {"size": count, "at": AT, "shade": Shade.DARK, "note": None, "secret": "s", "month": None}
    return Thing(id=strawberry.ID(f"{count}-{number}"), **given | other)


@strawberry.type
class Query:
    @strawberry.field
    def things(self) -> list[Thing]:
        return [thing(1, note="one"), thing(2, month=Month(2026, 10)), thing(3, shade=Shade.LIGHT)]

    @strawberry.field
    def broken(self) -> list[Thing | None]:
        """With a null where none may be, a value that its type has not, and one that is sound."""
        return [thing(1, size=None), thing(2, size="many"), thing(3, shade="GREEN"), thing(4)]


RULES: Rules = {
    "Query": dict.fromkeys(("things", "broken"), EVERYBODY),
    "Thing": dict.fromkeys(
        ("id", "size", "at", "shade", "note", "month", "doubled", "later", "failing", "parts", "next", "promised"),
        EVERYBODY,
    )
    | {"secret": OFFICE, "price": money(EVERYBODY)},
}
SCHEMA = subgraph(RULES, Query)

OPERATIONS = [
    "{ things { id size at shade note secret month } }",
    "{ things { b: size a: id c: size __typename t: __typename doubled a2: id } }",
    "{ things { later id ...Some price { amount display } note } } fragment Some on Thing { at parts { id note } }",
    "{ things { id failing later size } }",
    "{ things { id @skip(if: true) size @include(if: true) ... @include(if: false) { note } } }",
    "{ things { parts(number: 3) { id secret parts { size later } } } }",
    "{ things { next { size id __typename } id } }",
    "{ things { id next { id note } promised { id } price { amount display } } }",
    "{ things { a: next { later } b: next { next { id } } promised { size doubled } } }",
    "{ broken { id size shade } }",
    "{ broken { next { size } shade } }",
    "{ broken { later shade } }",
    "{ broken { note } }",
]


@pytest.mark.parametrize("role", [Role.PARENT, Role.COORDINATOR])
@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_it_answers_as_the_ordinary_way_does(
    operation: str, frozen: bool, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer() -> str:
        context = Context(viewer=Viewer("someone", role), frozen=frozen, currency="INR", locale="en_IN")
        with capture_logs():  # its tracebacks would take longer than all the rest
            result = await SCHEMA.execute(operation, context_value=context)
        errors = [(error.message, error.path, error.extensions) for error in result.errors or []]
        return json.dumps([result.data, errors], default=str)

    ours = await answer()
    monkeypatch.setattr(SCHEMA, "execution_context_class", StrawberryGraphQLCoreExecutionContext)
    assert await answer() == ours


async def test_a_list_of_attributes_asks_no_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ordinary = AttributesFirst.execute_field

    def noting(self: Any, parent_type: Any, source: Any, field: Any, *rest: Any) -> Any:
        asked.append(field[0].node.name.value)
        return ordinary(self, parent_type, source, field, *rest)

    monkeypatch.setattr(AttributesFirst, "execute_field", noting)
    context = Context(viewer=Viewer("someone", Role.COORDINATOR), frozen=False, currency="INR", locale="en_IN")
    operation = "{ things { id size at shade note secret month next { id } price { amount } } }"
    result = await SCHEMA.execute(operation, context_value=context)
    assert (result.errors, asked) == (None, ["things"])
