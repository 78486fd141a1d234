"""Tells a coordinator which families are running low, a page at a time, and a parent how their own packages stand."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.bot.asking import Answer
from services.bot.conversation import Conversation
from services.bot.domain.balance import own_state
from services.bot.domain.low_packages import PER_PAGE, LowFamily, LowPage, low_message, pages_of
from services.bot.domain.messages import Message
from shared.auth.viewer import Role
from shared.errors import NotFound

LONGEST_LIST = 100
"""That the gateway gives at once."""


class _Name(Answer, frozen=True):
    name: str


class _Alert(Answer, frozen=True):
    id: UUID
    remaining: int
    total_sessions: int
    acknowledged_at: datetime | None
    parent: _Name | None


class _PageInfo(Answer, frozen=True):
    end_cursor: str | None


class _Alerts(Answer, frozen=True):
    total_count: int
    nodes: list[_Alert]


class _LowPackagesAnswer(Answer, frozen=True):
    low_package_alerts: _Alerts


class _Skipped(Answer, frozen=True):
    page_info: _PageInfo


class _SkippedAnswer(Answer, frozen=True):
    low_package_alerts: _Skipped


class _Id(Answer, frozen=True):
    id: str


class _Parent(Answer, frozen=True):
    remaining: int
    total_sessions: int
    low_package_alert: _Id | None


class _OwnPackagesAnswer(Answer, frozen=True):
    parent: _Parent | None


async def tell_low_packages(conversation: Conversation, page: int = 1) -> Message:
    """The last page when there is none of that number. Raises NotFound when there is no such parent any more."""
    match conversation.person.role:
        case Role.COORDINATOR:
            return await _tell_all(conversation, page)
        case Role.PARENT:
            return await _tell_own(conversation)
    return Message(conversation.catalogue.text("for-families-only"))


async def _tell_all(conversation: Conversation, page: int) -> Message:
    alerts = await _page(conversation, page)
    if not alerts.nodes:
        page = pages_of(alerts.total_count)
        alerts = await _page(conversation, page)
    return low_message(conversation.catalogue, LowPage(page, _families(alerts.nodes), alerts.total_count))


async def _page(conversation: Conversation, number: int) -> _Alerts:
    after = await _end_of(conversation, (number - 1) * PER_PAGE)
    variables = {"first": PER_PAGE, "after": after}
    return (await conversation.ask("low_packages", variables, _LowPackagesAnswer)).low_package_alerts


async def _end_of(conversation: Conversation, count: int) -> str | None:
    """The cursor of so many alerts, or of all when there are fewer. No button could carry it: they are counted anew."""
    after = None
    for start in range(0, count, LONGEST_LIST):
        variables = {"first": min(count - start, LONGEST_LIST), "after": after}
        answer = await conversation.ask("skip_low_packages", variables, _SkippedAnswer)
        if answer.low_package_alerts.page_info.end_cursor is None:
            break
        after = answer.low_package_alerts.page_info.end_cursor
    return after


def _families(alerts: Sequence[_Alert]) -> list[LowFamily]:
    return [
        LowFamily(
            alert_id=alert.id,
            name=alert.parent.name,
            remaining=alert.remaining,
            total=alert.total_sessions,
            seen=alert.acknowledged_at is not None,
        )
        for alert in alerts
        if alert.parent
    ]


async def _tell_own(conversation: Conversation) -> Message:
    variables = {"parent": conversation.person.subject}
    parent = (await conversation.ask("own_packages", variables, _OwnPackagesAnswer)).parent
    if parent is None:
        raise NotFound(f"no parent {conversation.person.subject}")
    low = parent.low_package_alert is not None
    return own_state(conversation.catalogue, parent.remaining, parent.total_sessions, low=low)
