"""What coordinators can have billing do."""

from collections.abc import Sequence
from uuid import UUID

import strawberry

from services.billing import reads
from services.billing.graphql.agreements import DiscountRule, PayoutDeduction, TutorRate
from services.billing.graphql.cycle import BillingCycle, Info
from services.billing.graphql.inputs import (
    AddDiscountRuleInput,
    AddPayoutDeductionInput,
    EndDiscountRuleInput,
    MarkPayoutsPaidInput,
    RunMonthlyCycleInput,
    SetTutorRateInput,
)
from services.billing.graphql.types import Payout
from services.billing.use_cases.add_discount_rule import add_discount_rule
from services.billing.use_cases.add_payout_deduction import add_payout_deduction
from services.billing.use_cases.end_discount_rule import end_discount_rule
from services.billing.use_cases.mark_payouts_paid import mark_payouts_paid
from services.billing.use_cases.mark_payouts_processed import Processing, mark_payouts_processed
from services.billing.use_cases.open_cycle import Opening, open_cycle
from services.billing.use_cases.run_monthly_cycle import run_monthly_cycle
from services.billing.use_cases.set_tutor_rate import set_tutor_rate
from services.billing.use_cases.verify_cycle import verify_cycle
from shared.ids import parse_id
from shared.period import Month


@strawberry.type
class TutorRatePayload:
    tutor_rate: TutorRate


@strawberry.type
class BillingCyclePayload:
    billing_cycle: BillingCycle


@strawberry.type(description="`matches` tells whether the rows still give the hash that the close stored.")
class VerifyCyclePayload:
    billing_cycle: BillingCycle
    matches: bool
    sha256: str
    recomputed_sha256: str


@strawberry.type
class DiscountRulePayload:
    discount_rule: DiscountRule


@strawberry.type
class PayoutDeductionPayload:
    payout_deduction: PayoutDeduction


@strawberry.type
class PayoutsPayload:
    payouts: list[Payout]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def set_tutor_rate(self, info: Info, input: SetTutorRateInput) -> TutorRatePayload:  # noqa: A002
        work, by = info.context.work, info.context.viewer.subject
        content = input.content(work.currency)
        rate_id = await set_tutor_rate(work, content, input.idempotency_key, by)
        return TutorRatePayload(tutor_rate=TutorRate.of(await reads.rate(work.database, rate_id)))

    @strawberry.mutation
    async def open_cycle(self, info: Info, month: Month, idempotency_key: str | None = None) -> BillingCyclePayload:
        """Months open by themselves with their first entry; this opens one ahead of it."""
        work, by = info.context.work, info.context.viewer.subject
        return await _cycle_payload(info, await open_cycle(work, Opening(month=month), idempotency_key, by))

    @strawberry.mutation
    async def run_monthly_cycle(self, info: Info, input: RunMonthlyCycleInput) -> BillingCyclePayload:  # noqa: A002
        work, by = info.context.work, info.context.viewer.subject
        return await _cycle_payload(info, await run_monthly_cycle(work, input.content(), input.idempotency_key, by))

    @strawberry.mutation
    async def verify_cycle(self, info: Info, month: Month) -> VerifyCyclePayload:
        """Computes a closed month's hash anew from its rows."""
        work = info.context.work
        found = await verify_cycle(work, month)
        payload = await _cycle_payload(info, found.cycle_id)
        return VerifyCyclePayload(
            billing_cycle=payload.billing_cycle,
            matches=found.matches,
            sha256=found.sha256,
            recomputed_sha256=found.recomputed_sha256,
        )

    @strawberry.mutation
    async def add_discount_rule(self, info: Info, input: AddDiscountRuleInput) -> DiscountRulePayload:  # noqa: A002
        work, by = info.context.work, info.context.viewer.subject
        content = input.content(work.currency)
        rule_id = await add_discount_rule(work, content, input.idempotency_key, by)
        return DiscountRulePayload(discount_rule=DiscountRule.of(await reads.rule(work.database, rule_id)))

    @strawberry.mutation
    async def end_discount_rule(self, info: Info, input: EndDiscountRuleInput) -> DiscountRulePayload:  # noqa: A002
        work, by = info.context.work, info.context.viewer.subject
        rule_id = await end_discount_rule(work, input.content(), input.idempotency_key, by)
        return DiscountRulePayload(discount_rule=DiscountRule.of(await reads.rule(work.database, rule_id)))

    @strawberry.mutation
    async def add_payout_deduction(
        self,
        info: Info,
        input: AddPayoutDeductionInput,  # noqa: A002
    ) -> PayoutDeductionPayload:
        work, by = info.context.work, info.context.viewer.subject
        deduction_id = await add_payout_deduction(work, input.content(work.currency), input.idempotency_key, by)
        row = await reads.deduction(work.database, deduction_id)
        return PayoutDeductionPayload(payout_deduction=PayoutDeduction.of(row))

    @strawberry.mutation
    async def mark_payouts_processed(
        self, info: Info, ids: list[strawberry.ID], idempotency_key: str | None = None
    ) -> PayoutsPayload:
        """PENDING becomes PROCESSED: all of them, or none."""
        work, by = info.context.work, info.context.viewer.subject
        processing = Processing(payout_ids=tuple(dict.fromkeys(map(parse_id, ids))))
        await mark_payouts_processed(work, processing, idempotency_key, by)
        return await _payouts_payload(info, processing.payout_ids)

    @strawberry.mutation
    async def mark_payouts_paid(self, info: Info, input: MarkPayoutsPaidInput) -> PayoutsPayload:  # noqa: A002
        """PROCESSED becomes PAID for good: all of them, or none."""
        work, by = info.context.work, info.context.viewer.subject
        payment = input.content()
        await mark_payouts_paid(work, payment, input.idempotency_key, by)
        return await _payouts_payload(info, payment.payout_ids)


async def _cycle_payload(info: Info, cycle_id: UUID) -> BillingCyclePayload:
    rows = await reads.cycles_by_id(info.context.work.database, [cycle_id])
    return BillingCyclePayload(billing_cycle=BillingCycle.of(rows[cycle_id]))


async def _payouts_payload(info: Info, payout_ids: Sequence[UUID]) -> PayoutsPayload:
    rows = await reads.payouts_by_id(info.context.work.database, payout_ids)
    return PayoutsPayload(payouts=[Payout.of(rows[payout_id]) for payout_id in payout_ids])
