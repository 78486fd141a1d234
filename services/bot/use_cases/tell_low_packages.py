"""Tells a coordinator which families are running low, and a parent how their own packages stand."""

from services.bot.asking import Answer, Ask
from services.bot.domain import replies
from services.bot.domain.replies import LINES_SHOWN, Balance
from services.bot.reads import LinkedPerson
from shared.auth.viewer import Role


class _Name(Answer, frozen=True):
    name: str


class _Alert(Answer, frozen=True):
    remaining: int
    total_sessions: int
    parent: _Name | None


class _Alerts(Answer, frozen=True):
    total_count: int
    nodes: list[_Alert]


class _LowPackagesAnswer(Answer, frozen=True):
    low_package_alerts: _Alerts


class _Id(Answer, frozen=True):
    id: str


class _Parent(Answer, frozen=True):
    name: str
    remaining: int
    total_sessions: int
    low_package_alert: _Id | None


class _OwnPackagesAnswer(Answer, frozen=True):
    parent: _Parent


async def tell_low_packages(ask: Ask, person: LinkedPerson) -> str:
    match person.role:
        case Role.COORDINATOR:
            return await _tell_all(ask, person)
        case Role.PARENT:
            return await _tell_own(ask, person)
    return replies.FAMILIES_ONLY


async def _tell_all(ask: Ask, person: LinkedPerson) -> str:
    alerts = (await ask(person, "low_packages", {"first": LINES_SHOWN}, _LowPackagesAnswer)).low_package_alerts
    low = [Balance(alert.parent.name, alert.remaining, alert.total_sessions) for alert in alerts.nodes if alert.parent]
    return replies.low_packages(low, alerts.total_count)


async def _tell_own(ask: Ask, person: LinkedPerson) -> str:
    parent = (await ask(person, "own_packages", {"parent": person.subject}, _OwnPackagesAnswer)).parent
    balance = Balance(parent.name, parent.remaining, parent.total_sessions)
    return replies.own_balance(balance, low=parent.low_package_alert is not None)
