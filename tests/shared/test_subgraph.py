"""What every subgraph gets from the shared schema: caches that hit, masked faults, the freeze at the field."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import strawberry
import strawberry.schema.schema
from babel.numbers import format_currency
from graphql import validate
from hypothesis import given
from hypothesis import strategies as st

from shared.auth.viewer import MONEY_READ, Role, Viewer
from shared.errors import InvalidInput
from shared.graphql.context import Context, Info, is_frozen
from shared.graphql.money import PLACEHOLDER, MoneyInput, ShownMoney, displayed, show
from shared.graphql.pages import Connection, Page, connection
from shared.graphql.schema import subgraph
from shared.money import LARGEST_MINOR, Money
from shared.period import Month
from tests.open_rules import open_rules

ALL = frozenset({Role.PARENT, Role.TUTOR, Role.COORDINATOR})


@dataclass(frozen=True, kw_only=True)
class Counting(Context):
    computed: list[str]


@strawberry.type
class Number:
    value: int


@strawberry.type
class Query:
    @strawberry.field
    def price(self, info: Info[Counting]) -> ShownMoney:
        info.context.computed.append("price")
        return show(Money(10000000, "INR"), info)

    @strawberry.field
    async def slow_price(self, info: Info[Counting]) -> ShownMoney:
        info.context.computed.append("slow_price")
        await asyncio.sleep(0)
        return show(Money(45000, "INR"), info)

    @strawberry.field
    def refused(self) -> int:
        raise InvalidInput("no such number", number=7)

    @strawberry.field
    def broken(self) -> int:
        raise ValueError("the secret is 42")

    @strawberry.field
    def echo(self, month: Month, amount: MoneyInput) -> str:
        return f"{month} {amount.in_currency('INR').minor}"

    @strawberry.field
    def numbers(self, first: int | None = None, after: str | None = None) -> Connection[Number]:
        page = Page.asked(first, after, tuple[int])
        start = page.after[0] + 1 if page.after else 0
        rows = list(range(start, min(start + page.limit, 25)))

        async def count() -> int:
            return 25

        return connection(page, rows, key=lambda row: (row,), node=lambda row: Number(value=row), count=count)


SCHEMA = subgraph(open_rules(Query), Query)


def context(viewer: Viewer | None = None) -> Counting:
    viewer = viewer or Viewer(str(uuid4()), Role.COORDINATOR)
    return Counting(viewer=viewer, frozen=is_frozen(viewer, ALL), currency="INR", locale="en_IN", computed=[])


async def run(query: str, viewer: Viewer | None = None, **variables: Any) -> Any:
    return await SCHEMA.execute(query, variable_values=variables, context_value=context(viewer))


async def test_a_document_seen_before_is_not_validated_again(monkeypatch: pytest.MonkeyPatch) -> None:
    validated = 0

    def counting(*arguments: Any, **options: Any) -> Any:
        nonlocal validated
        validated += 1
        return validate(*arguments, **options)

    monkeypatch.setattr(strawberry.schema.schema, "validate", counting)
    for _ in range(5):
        result = await run("query CachedOnce { price { currency } }")
        assert result.errors is None
    assert validated == 1


async def test_a_frozen_field_answers_without_computing_its_value() -> None:
    asked = context()
    result = await SCHEMA.execute(
        "{ price { available amount display reason } slowPrice { amount } }", context_value=asked
    )
    assert result.data == {
        "price": {"available": False, "amount": None, "display": PLACEHOLDER, "reason": "BETA_FREEZE"},
        "slowPrice": {"amount": None},
    }
    assert asked.computed == []


async def test_a_service_with_the_scope_sees_live_money() -> None:
    reader = Viewer("reports", Role.SERVICE, frozenset({MONEY_READ}))
    result = await run("{ price { available amount display reason } }", reader)
    assert result.data == {
        "price": {"available": True, "amount": "100000.00", "display": "₹1,00,000.00", "reason": None}
    }


@pytest.mark.parametrize(
    ("role", "workspaces", "frozen"),
    [
        (Role.PARENT, {Role.PARENT}, True),
        (Role.PARENT, {Role.TUTOR}, False),
        (Role.SERVICE, {Role.TUTOR}, True),
        (Role.SERVICE, set(), False),
    ],
)
def test_the_freeze_is_by_workspace(role: Role, workspaces: set[Role], frozen: bool) -> None:
    assert is_frozen(Viewer("someone", role), workspaces) is frozen


async def test_a_refusal_keeps_its_code_and_details() -> None:
    [error] = (await run("{ refused }")).errors
    assert (error.message, error.extensions) == ("no such number", {"code": "INVALID_INPUT", "number": 7})


async def test_a_fault_of_ours_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    [error] = (await run("{ broken }")).errors
    assert error.extensions == {"code": "INTERNAL"}
    assert "42" not in str(error)
    assert "the secret is 42" in capsys.readouterr().out, "the operator sees it"


@pytest.mark.parametrize(
    ("month", "amount", "message"),
    [
        ("2026-13", {"amount": "1"}, "2026-13"),
        ("2026-10", {"amount": "1.005"}, "no such fraction"),
        ("2026-10", {"amount": "1", "currency": "USD"}, "amounts are in INR"),
        ("2026-10", {"amount": "NaN"}, "not a decimal"),
        ("2026-10", {"amount": "1_0"}, "not a decimal"),
        ("2026-10", {"amount": " 5 "}, "not a decimal"),
        ("2026-10", {"amount": "५"}, "not a decimal"),
        ("2026-10", {"amount": "1e999999999"}, "out of the range"),
        ("2026-10", {"amount": 1.5}, "written as a string"),
    ],
)
async def test_bad_arguments_are_refused_by_name(month: str, amount: dict[str, Any], message: str) -> None:
    result = await run(
        "query($month: Month!, $amount: MoneyInput!) { echo(month: $month, amount: $amount) }",
        month=month,
        amount=amount,
    )
    assert message in result.errors[0].message
    assert result.errors[0].extensions["code"] == "INVALID_INPUT"


async def test_pages_follow_each_other_to_the_end() -> None:
    query = """query($after: String) {
        numbers(first: 10, after: $after) { totalCount nodes { value } pageInfo { hasNextPage endCursor } }
    }"""
    seen: list[int] = []
    after = None
    for _ in range(3):
        page = (await run(query, after=after)).data["numbers"]
        seen += [node["value"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == list(range(25))
    assert page["pageInfo"]["hasNextPage"] is False
    assert page["totalCount"] == 25


@pytest.mark.parametrize("arguments", ["first: 0", "first: 101", 'after: "?"', 'after: "WyJ4Il0="'])
async def test_pages_that_cannot_be_are_refused(arguments: str) -> None:
    [error] = (await run(f"{{ numbers({arguments}) {{ totalCount }} }}")).errors
    assert error.extensions["code"] == "INVALID_INPUT"


async def test_decimals_are_exact() -> None:
    assert MoneyInput(amount=Decimal("450.00")).in_currency("INR") == Money(45000, "INR")


@given(
    st.integers(-LARGEST_MINOR, LARGEST_MINOR) | st.integers(-2000, 2000),
    st.sampled_from(["INR", "EUR", "JPY", "KWD"]),
    st.sampled_from(["en_IN", "hi_IN", "de_DE", "fr_CH", "ar_EG", "sv_SE"]),
)
def test_amounts_are_displayed_as_babel_writes_them(minor: int, currency: str, locale: str) -> None:
    money = Money(minor, currency)
    assert displayed(money, locale) == format_currency(money.to_decimal(), currency, locale=locale)
