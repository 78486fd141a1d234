"""Tells a tutor this month's pay so far, and last month's payout."""

from datetime import datetime
from decimal import Decimal

from services.bot.asking import Answer
from services.bot.conversation import Conversation
from services.bot.domain.messages import Message
from services.bot.domain.pay import Deduction, Pay, pay_message
from shared.auth.viewer import Role
from shared.errors import NotFound
from shared.period import Month, local_date


class _Amount(Answer, frozen=True):
    amount: Decimal | None


class _Rate(Answer, frozen=True):
    amount: Decimal | None
    currency: str


class _Sums(Answer, frozen=True):
    month: str
    sessions_completed: int
    addon_sessions: int
    rate_per_session: _Rate
    gross_amount: _Amount
    net_amount: _Amount
    status: str | None


class _Deduction(Answer, frozen=True):
    label: str | None
    amount: _Amount


class _Cycle(Answer, frozen=True):
    month: str


class _Payout(Answer, frozen=True):
    cycle: _Cycle
    deductions: list[_Deduction]
    reference: str | None
    paid_at: datetime | None


class _Payouts(Answer, frozen=True):
    nodes: list[_Payout]


class _Tutor(Answer, frozen=True):
    this_month: _Sums
    last_month: _Sums
    payouts: _Payouts


class _PayAnswer(Answer, frozen=True):
    tutor: _Tutor | None


async def tell_pay(conversation: Conversation) -> Message:
    """Raises NotFound when there is no such tutor any more."""
    person, catalogue = conversation.person, conversation.catalogue
    if person.role is not Role.TUTOR:
        return Message(catalogue.text("for-tutors-only"))
    last_month = str(Month.of(conversation.today).plus(-1))
    tutor = (await conversation.ask("pay", {"tutor": person.subject, "lastMonth": last_month}, _PayAnswer)).tutor
    if tutor is None:
        raise NotFound(f"no tutor {person.subject}")
    payout = next((payout for payout in tutor.payouts.nodes if payout.cycle.month == last_month), None)
    return pay_message(
        catalogue, _pay(conversation, tutor.this_month, None), _pay(conversation, tutor.last_month, payout)
    )


def _pay(conversation: Conversation, sums: _Sums, payout: _Payout | None) -> Pay:
    deductions = payout.deductions if payout else []
    paid_at = payout.paid_at if payout else None
    return Pay(
        month=Month.parse(sums.month),
        currency=sums.rate_per_session.currency,
        sessions=sums.sessions_completed,
        addons=sums.addon_sessions,
        rate=sums.rate_per_session.amount,
        gross=sums.gross_amount.amount,
        net=sums.net_amount.amount,
        status=sums.status,
        deductions=[Deduction(deduction.label or "", deduction.amount.amount) for deduction in deductions],
        paid_on=local_date(paid_at, conversation.zone) if paid_at else None,
        reference=(payout.reference or "") if payout else "",
    )
