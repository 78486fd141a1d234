"""Lists of invoices by their amounts: for whoever sees amounts, and refused while money is frozen."""

from typing import Any
from uuid import UUID

import pytest

from services.invoicing.component import COMPONENT
from shared.auth.viewer import MONEY_READ, Role, Viewer
from tests.asking import Asker, Refused
from tests.conftest import Hosting
from tests.services.invoicing.statements import a_cycle, same_id
from tests.services.invoicing.till import NO_RENDERER, PAY, owing

ASHA, BIMAL, CHITRA = (same_id("parent", name) for name in ("Asha", "Bimal", "Chitra"))
LIST = """
    query ($filter: InvoiceFilter, $search: String, $order: InvoiceOrder! = NEWEST_FIRST, $first: Int, $after: String) {
      invoices(filter: $filter, search: $search, order: $order, first: $first, after: $after) {
        nodes { number total { amount } amountDue { amount } } totalCount pageInfo { hasNextPage endCursor } } }
"""
READER = Viewer("books", Role.SERVICE, frozenset({MONEY_READ}))


async def four_invoices(asker: Asker) -> None:
    """October: 1 of ₹100, 2 of ₹300 and 3 of ₹300, of which ₹250 are paid. November: 4 of ₹200."""
    october = [owing(ASHA, 10_000, 1), owing(BIMAL, 30_000, 2), owing(CHITRA, 30_000, 3)]
    await asker.publish(*a_cycle("2026-10", october), *a_cycle("2026-11", [owing(ASHA, 20_000, 1, "2026-11")]))
    third = (await asker.ask("invoicing", '{ invoice(number: "NV/2627/000003") { id } }'))["invoice"]["id"]
    await asker.ask("invoicing", PAY, input={"invoiceId": third, "amount": {"amount": "250"}, "method": "CASH"})


async def page(asker: Asker, viewer: Viewer | None = None, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await asker.ask("invoicing", LIST, viewer, **variables))["invoices"]
    return found


def numbers(found: dict[str, Any]) -> list[int]:
    return [int(node["number"].removeprefix("NV/2627/")) for node in found["nodes"]]


@pytest.mark.parametrize(
    ("variables", "wanted"),
    [
        ({"order": "LARGEST_TOTAL_FIRST"}, [3, 2, 4, 1]),
        ({"order": "LARGEST_DUE_FIRST"}, [2, 4, 1, 3]),
        ({"filter": {"amountDueAtLeast": {"amount": "100"}}}, [4, 2, 1]),
        ({"filter": {"amountDueAtLeast": {"amount": "100.01"}}}, [4, 2]),
        ({"filter": {"amountDueAtMost": {"amount": "100"}}}, [3, 1]),
        ({"filter": {"totalAtLeast": {"amount": "200"}, "totalAtMost": {"amount": "300"}}}, [4, 3, 2]),
        ({"filter": {"totalAtLeast": {"amount": "200"}}, "search": "NV/", "order": "LARGEST_DUE_FIRST"}, [2, 4, 3]),
        ({"filter": {"totalAtLeast": {"amount": "300.01"}}}, []),
    ],
)
async def test_a_list_by_amounts(hosting: Hosting, variables: dict[str, Any], wanted: list[int]) -> None:
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        await four_invoices(asker)
        found = await page(asker, **variables)
        assert (numbers(found), found["totalCount"]) == (wanted, len(wanted))


async def test_pages_by_amounts_follow_each_other(hosting: Hosting) -> None:
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        await four_invoices(asker)
        seen, after = [], None
        for _ in range(4):
            found = await page(asker, order="LARGEST_TOTAL_FIRST", first=1, after=after)
            seen += numbers(found)
            after = found["pageInfo"]["endCursor"]
        assert (seen, found["pageInfo"]["hasNextPage"]) == ([3, 2, 4, 1], False)
        with pytest.raises(Refused, match="INVALID_INPUT"):
            await page(asker, order="NEWEST_FIRST", after=after)


BY_AMOUNTS: list[dict[str, Any]] = [
    {"order": "LARGEST_DUE_FIRST"},
    {"order": "LARGEST_TOTAL_FIRST"},
    *({"filter": {name: {"amount": "1"}}} for name in ("amountDueAtLeast", "amountDueAtMost", "totalAtLeast")),
    {"filter": {"totalAtMost": {"amount": "1"}, "month": "2026-10"}},
]


def person(role: Role, person_id: UUID) -> Viewer:
    return Viewer(str(person_id), role)


async def test_no_list_tells_amounts_while_they_are_frozen(hosting: Hosting) -> None:
    async with hosting([COMPONENT], **NO_RENDERER | {"NIVAA_FREEZE": "parent,coordinator"}) as asker:
        await four_invoices(asker)
        for variables in BY_AMOUNTS:
            for viewer in (None, person(Role.PARENT, ASHA), Viewer("machine", Role.SERVICE)):
                with pytest.raises(Refused) as refused:
                    await page(asker, viewer, **variables)
                assert refused.value.code == "MONEY_FROZEN", variables
        assert numbers(await page(asker, READER, order="LARGEST_DUE_FIRST")) == [2, 4, 1, 3]
        assert numbers(await page(asker)) == [4, 3, 2, 1]


async def test_a_familys_list_by_amounts_is_its_own(hosting: Hosting) -> None:
    async with hosting([COMPONENT], **NO_RENDERER) as asker:
        await four_invoices(asker)
        first = await page(asker, order="LARGEST_TOTAL_FIRST", first=1)
        asha = person(Role.PARENT, ASHA)
        found = await page(asker, asha, order="LARGEST_TOTAL_FIRST", after=first["pageInfo"]["endCursor"])
        assert (numbers(found), found["totalCount"]) == ([4, 1], 2)
