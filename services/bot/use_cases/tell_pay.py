"""Tells a tutor this month's pay so far, and the last payout."""

from services.bot.asking import Answer, Ask
from services.bot.domain import replies
from services.bot.domain.replies import Pay
from services.bot.reads import LinkedPerson
from shared.auth.viewer import Role
from shared.period import Month


class _Amount(Answer, frozen=True):
    display: str


class _Sums(Answer, frozen=True):
    sessions_completed: int
    addon_sessions: int
    rate_per_session: _Amount
    gross_amount: _Amount
    net_amount: _Amount
    status: str | None

    def pay(self, month: str) -> Pay:
        return Pay(
            Month.parse(month),
            self.sessions_completed,
            self.addon_sessions,
            self.rate_per_session.display,
            self.gross_amount.display,
            self.net_amount.display,
            self.status,
        )


class _Current(_Sums, frozen=True):
    month: str


class _Cycle(Answer, frozen=True):
    month: str


class _Payout(_Sums, frozen=True):
    cycle: _Cycle


class _Payouts(Answer, frozen=True):
    nodes: list[_Payout]


class _Tutor(Answer, frozen=True):
    current_pay: _Current
    payouts: _Payouts


class _PayAnswer(Answer, frozen=True):
    tutor: _Tutor


async def tell_pay(ask: Ask, person: LinkedPerson) -> str:
    if person.role is not Role.TUTOR:
        return replies.TUTORS_ONLY
    tutor = (await ask(person, "pay", {"tutor": person.subject}, _PayAnswer)).tutor
    last = next((payout.pay(payout.cycle.month) for payout in tutor.payouts.nodes), None)
    return replies.pay(tutor.current_pay.pay(tutor.current_pay.month), last)
