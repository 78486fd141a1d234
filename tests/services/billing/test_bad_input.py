"""Every refusal has its code, and leaves every table as it was."""

import asyncio
from itertools import product
from typing import Any
from uuid import uuid4

from shared.auth.viewer import Role, Viewer
from tests.bad_input import contents, filled_in
from tests.services.billing.desk import Desk
from tests.services.billing.packages_side import WorkedMonth, at

UNKNOWN = str(uuid4())
TABLES = (
    "billing_cycle", "statement", "statement_line", "payout", "payout_line", "tutor_rate", "discount_rule",
    "payout_deduction", "adjustment", "audit_entry", "idempotency_key",
)  # fmt: skip

RATE = "mutation ($x: SetTutorRateInput!) { setTutorRate(input: $x) { tutorRate { id } } }"
OPEN = "mutation ($x: Month!) { openCycle(month: $x) { billingCycle { id } } }"
RUN = "mutation ($x: RunMonthlyCycleInput!) { runMonthlyCycle(input: $x) { billingCycle { id } } }"
VERIFY = "mutation ($x: Month!) { verifyCycle(month: $x) { matches } }"
ADD_RULE = "mutation ($x: AddDiscountRuleInput!) { addDiscountRule(input: $x) { discountRule { id } } }"
END_RULE = "mutation ($x: EndDiscountRuleInput!) { endDiscountRule(input: $x) { discountRule { id } } }"
DEDUCT = "mutation ($x: AddPayoutDeductionInput!) { addPayoutDeduction(input: $x) { payoutDeduction { id } } }"
PROCESS = "mutation ($x: [ID!]!) { markPayoutsProcessed(ids: $x) { payouts { id } } }"
PAY = "mutation ($x: MarkPayoutsPaidInput!) { markPayoutsPaid(input: $x) { payouts { id } } }"

DECEMBER = {"tutorId": "@meena", "ratePerSession": {"amount": "300"}, "validFrom": "2026-12-01"}
FIVE = {"parentId": "@asha", "label": "Siblings", "percent": "5", "validFrom": "2026-11-01"}
FIXED = {"parentId": "@asha", "label": "Siblings"}
BOOKS = {"tutorId": "@meena", "month": "2026-11", "amount": {"amount": "100"}, "label": "Books"}
PAID = {"ids": ["@processed"], "reference": "UTR 1"}

BAD_AMOUNTS = [{"amount": "-1"}, {"amount": "1e30"}, {"amount": "0.001"}, {"amount": "NaN"}, {"amount": "x"}]
BAD_AMOUNTS += [{"amount": "1", "currency": "EUR"}, {"amount": "1", "currency": "XXXX"}, {"amount": "1" * 40}]
BAD_LABELS = [" ", "x" * 201, "a\x00b"]

BAD: list[tuple[str, Any, str]] = [
    (RATE, {}, "GRAPHQL_INVALID"),
    (RATE, DECEMBER | {"tutorId": UNKNOWN}, "NOT_FOUND"),
    (RATE, DECEMBER | {"tutorId": "@asha"}, "NOT_FOUND"),
    (RATE, DECEMBER | {"tutorId": "42"}, "INVALID_INPUT"),
    *((RATE, DECEMBER | {"ratePerSession": amount}, "INVALID_INPUT") for amount in BAD_AMOUNTS),
    *((RATE, DECEMBER | {"addonRate": amount}, "INVALID_INPUT") for amount in BAD_AMOUNTS),
    (RATE, DECEMBER | {"validFrom": "2026-13-01"}, "GRAPHQL_INVALID"),
    (RATE, DECEMBER | {"validFrom": "2026-10-15"}, "CYCLE_CLOSED"),
    (RATE, DECEMBER | {"idempotencyKey": ""}, "INVALID_INPUT"),
    (RATE, DECEMBER | {"idempotencyKey": "k" * 201}, "INVALID_INPUT"),
    (RATE, DECEMBER | {"idempotencyKey": "october"}, "IDEMPOTENCY_KEY_REUSED"),
    *((OPEN, month, "INVALID_INPUT") for month in ("2026-13", "9999-12", "0001-01", "October", "2026-10-01")),
    (OPEN, None, "GRAPHQL_INVALID"),
    (OPEN, "2026-08", "CYCLE_CLOSED"),
    (RUN, {"month": "2026-00"}, "INVALID_INPUT"),
    (RUN, {"month": "2026-08"}, "CYCLE_CLOSED"),
    (RUN, {"month": "2026-11"}, "PERIOD_NOT_ENDED"),
    (RUN, {"month": "2062-11", "early": True}, "PERIOD_NOT_ENDED"),
    (RUN, {"month": "2026-12", "early": True}, "EARLIER_CYCLE_OPEN"),
    (RUN, {"month": "2026-11", "early": True}, "CYCLE_BLOCKED"),
    (RUN, {"month": "2026-09", "idempotencyKey": "october"}, "IDEMPOTENCY_KEY_REUSED"),
    (RUN, {"month": "2026-10", "early": True, "idempotencyKey": "october"}, "IDEMPOTENCY_KEY_REUSED"),
    (VERIFY, "2026-11", "NOT_FOUND"),
    (VERIFY, "2030-01", "NOT_FOUND"),
    (ADD_RULE, {}, "GRAPHQL_INVALID"),
    (ADD_RULE, FIVE | {"parentId": UNKNOWN}, "NOT_FOUND"),
    (ADD_RULE, FIVE | {"parentId": "@meena"}, "NOT_FOUND"),
    (ADD_RULE, FIVE | {"parentId": "@ira"}, "NOT_FOUND"),
    (ADD_RULE, FIXED, "INVALID_INPUT"),
    (ADD_RULE, FIVE | {"amount": {"amount": "1"}}, "INVALID_INPUT"),
    *((ADD_RULE, FIVE | {"percent": percent}, "INVALID_INPUT") for percent in ("0", "-5", "100.01", "0.001", "1e30")),
    *((ADD_RULE, FIXED | {"amount": amount}, "INVALID_INPUT") for amount in [*BAD_AMOUNTS, {"amount": "0"}]),
    *((ADD_RULE, FIVE | {"label": label}, "INVALID_INPUT") for label in BAD_LABELS),
    (ADD_RULE, FIVE | {"validUntil": "2026-10-31"}, "INVALID_INPUT"),
    (END_RULE, {"id": UNKNOWN}, "NOT_FOUND"),
    (END_RULE, {"id": "@asha"}, "NOT_FOUND"),
    (END_RULE, {"id": "x"}, "INVALID_INPUT"),
    (END_RULE, {"id": "@rule", "lastDay": "2025-12-31"}, "INVALID_INPUT"),
    (END_RULE, {"id": "@rule", "lastDay": "2026-10-30"}, "CYCLE_CLOSED"),
    (DEDUCT, BOOKS | {"tutorId": UNKNOWN}, "NOT_FOUND"),
    (DEDUCT, BOOKS | {"tutorId": "@dev"}, "NOT_FOUND"),
    *((DEDUCT, BOOKS | {"amount": amount}, "INVALID_INPUT") for amount in [*BAD_AMOUNTS, {"amount": "0"}]),
    *((DEDUCT, BOOKS | {"label": label}, "INVALID_INPUT") for label in BAD_LABELS),
    *((DEDUCT, BOOKS | {"month": month}, "CYCLE_CLOSED") for month in ("2026-08", "2026-10")),
    (PROCESS, [], "INVALID_INPUT"),
    (PROCESS, ["x"], "INVALID_INPUT"),
    (PROCESS, ["@pending", UNKNOWN], "NOT_FOUND"),
    (PROCESS, ["@pending", "@meena"], "NOT_FOUND"),
    (PROCESS, ["@pending", "@paid"], "PAYOUT_NOT_PAYABLE"),
    (PROCESS, [str(uuid4()) for _ in range(1_001)], "INVALID_INPUT"),
    (PAY, PAID | {"ids": []}, "INVALID_INPUT"),
    (PAY, PAID | {"ids": ["@processed", UNKNOWN]}, "NOT_FOUND"),
    (PAY, PAID | {"ids": ["@processed", "@pending"]}, "PAYOUT_NOT_PAYABLE"),
    (PAY, PAID | {"ids": ["@paid"]}, "PAYOUT_NOT_PAYABLE"),
    *((PAY, PAID | {"reference": reference}, "INVALID_INPUT") for reference in BAD_LABELS),
    (PAY, PAID | {"idempotencyKey": "october"}, "IDEMPOTENCY_KEY_REUSED"),
]
GOOD: list[tuple[str, Any]] = [
    (RATE, DECEMBER),
    (OPEN, "2026-12"),
    (RUN, {"month": "2026-10"}),
    (VERIFY, "2026-10"),
    (ADD_RULE, FIVE),
    (END_RULE, {"id": "@rule"}),
    (DEDUCT, BOOKS),
    (PROCESS, ["@pending"]),
    (PAY, PAID),
]


async def names_of(desk: Desk, month: WorkedMonth) -> dict[str, str]:
    """September and October are closed, and a payout stands on each step; November has a tutor without a rate."""
    await desk.run("2026-09")
    await desk.run("2026-10", key="october")
    tara = month.packages.person("Tara", "TUTOR")
    month.packages.approve((month.asha, month.dev), tara, at("2026-11-01 17:00"), "ADDON", 100)
    await desk.hear(month.packages.facts())
    people = {name: str(getattr(month, name)) for name in ("asha", "ira", "dev", "meena", "omar")}
    paid, processed, pending = [
        str((await desk.payout_of(name, tutor))["id"])
        for name, tutor in (("2026-09", month.meena), ("2026-10", month.meena), ("2026-10", month.omar))
    ]
    await desk.ask(PROCESS, x=[paid, processed])
    await desk.ask(PAY, x={"ids": [paid], "reference": "UTR 0"})
    rule = str(await desk.database.value("SELECT id FROM discount_rule"))
    return people | {"paid": paid, "processed": processed, "pending": pending, "rule": rule}


async def codes(desk: Desk, query: str, argument: Any, viewer: Viewer | None = None) -> list[str]:
    answer = await desk.asker.answer("billing", query, viewer, x=argument)
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


async def test_bad_input_is_named_and_changes_nothing(desk: Desk, month: WorkedMonth) -> None:
    names = await names_of(desk, month)
    before = await contents(desk.database, TABLES)
    answers = await asyncio.gather(*(codes(desk, query, filled_in(argument, names)) for query, argument, _ in BAD))
    wrong = [(case, answer) for case, answer in zip(BAD, answers, strict=True) if set(answer) != {case[2]}]
    assert wrong == []
    assert await contents(desk.database, TABLES) == before


async def test_only_coordinators_change_things(desk: Desk, month: WorkedMonth) -> None:
    names = await names_of(desk, month)
    before = await contents(desk.database, TABLES)
    viewers = [Viewer(names["omar"], role) for role in (Role.PARENT, Role.TUTOR, Role.SERVICE)]
    for viewer, (query, argument) in product(viewers, GOOD):
        assert await codes(desk, query, filled_in(argument, names), viewer) == ["FORBIDDEN"], query
    assert await contents(desk.database, TABLES) == before
    for query, argument in GOOD:
        assert await codes(desk, query, filled_in(argument, names)) == [], query
