"""What was agreed can be read again: by coordinators all of it, by tutors and parents their own."""

from typing import Any
from uuid import UUID

from shared.auth.viewer import Role, Viewer
from tests.services.billing.desk import ADD_DEDUCTION, Desk
from tests.services.billing.packages_side import WorkedMonth

AGREED = """
query ($tutor: ID, $parent: ID, $first: Int, $after: String) {
  tutorRates(tutorId: $tutor, first: $first, after: $after) {
    totalCount pageInfo { endCursor hasNextPage }
    nodes { tutor { id } validFrom ratePerSession { amount } addonRate { amount } }
  }
  discountRules(parentId: $parent) { totalCount nodes { id parent { id } percent validUntil } }
  payoutDeductions(tutorId: $tutor) { totalCount nodes { month label takenIn amount { amount } } }
}"""
END = """
mutation ($id: ID!) {
  endDiscountRule(input: { id: $id, lastDay: "2026-11-30" }) { discountRule { validUntil } }
}"""
LISTS = ("tutorRates", "discountRules", "payoutDeductions")


async def counts(desk: Desk, viewer: Viewer | None = None, **asked: Any) -> list[int]:
    data = await desk.ask(AGREED, viewer, **asked)
    return [data[name]["totalCount"] for name in LISTS]


async def test_rates_are_paged_and_a_rule_is_found_to_end_it(desk: Desk, month: WorkedMonth) -> None:
    first = (await desk.ask(AGREED, tutor=month.meena, first=1))["tutorRates"]
    after = first["pageInfo"]["endCursor"]
    rest = (await desk.ask(AGREED, tutor=month.meena, first=1, after=after))["tutorRates"]
    assert [node["validFrom"] for node in first["nodes"] + rest["nodes"]] == ["2026-10-15", "2026-01-01"]
    assert [node["addonRate"]["amount"] for node in first["nodes"] + rest["nodes"]] == ["350.00", "300.00"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (2, True, False)
    (rule,) = (await desk.ask(AGREED, parent=month.asha))["discountRules"]["nodes"]
    assert (rule["parent"], rule["validUntil"]) == ({"id": str(month.asha)}, "2026-12-31")
    ended = await desk.ask(END, id=rule["id"])
    assert ended["endDiscountRule"]["discountRule"]["validUntil"] == "2026-11-30"


async def test_a_deduction_tells_which_payout_has_it(desk: Desk, month: WorkedMonth) -> None:
    for name in ("2026-09", "2026-10"):
        await desk.run(name)
    await desk.ask(ADD_DEDUCTION, tutor=month.meena, month="2026-12", amount="1")
    nodes = (await desk.ask(AGREED, tutor=month.meena))["payoutDeductions"]["nodes"]
    assert [(node["month"], node["takenIn"], node["amount"]["amount"]) for node in nodes] == [
        ("2026-12", None, "1.00"),
        ("2026-10", "2026-10", "100.00"),
    ]


async def test_everyone_sees_the_own_agreements_only(desk: Desk, month: WorkedMonth) -> None:
    def viewer(person: UUID, role: Role) -> Viewer:
        return Viewer(str(person), role)

    assert await counts(desk) == [4, 1, 1]
    assert await counts(desk, tutor=month.omar, parent=month.ira) == [2, 0, 0]
    assert await counts(desk, viewer(month.meena, Role.TUTOR)) == [2, 0, 1]
    assert await counts(desk, viewer(month.meena, Role.TUTOR), tutor=month.omar) == [0, 0, 0]
    assert await counts(desk, viewer(month.asha, Role.PARENT)) == [0, 1, 0]
    assert await counts(desk, viewer(month.dev, Role.PARENT), parent=month.asha) == [0, 0, 0]
