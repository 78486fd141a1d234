"""A coordinator says that they have seen that a family is running low."""

from uuid import UUID

from services.bot.asking import Answer as Asked
from services.bot.conversation import Conversation
from services.bot.domain.messages import Answer
from services.bot.domain.replies import short
from services.bot.use_cases.tell_low_packages import tell_low_packages
from shared.auth.viewer import Role
from shared.errors import NotFound


class _Name(Asked, frozen=True):
    name: str


class _Alert(Asked, frozen=True):
    parent: _Name | None


class _Payload(Asked, frozen=True):
    low_package_alert: _Alert


class _AcknowledgeAnswer(Asked, frozen=True):
    acknowledge_alert: _Payload


async def acknowledge_low_package(conversation: Conversation, alert_id: UUID, page: int) -> Answer:
    """The first acknowledgement stays, so that again is as good as once. The list is shown as it is then."""
    if conversation.person.role is not Role.COORDINATOR:
        return Answer(notice=conversation.catalogue.text("press-unknown").unescape())
    notice = await _acknowledge(conversation, alert_id)
    return Answer(await tell_low_packages(conversation, page), notice)


async def _acknowledge(conversation: Conversation, alert_id: UUID) -> str:
    catalogue = conversation.catalogue
    try:
        answer = await conversation.ask("acknowledge_low_package", {"alert": str(alert_id)}, _AcknowledgeAnswer)
    except NotFound:
        return catalogue.text("alert-gone").unescape()
    parent = answer.acknowledge_alert.low_package_alert.parent
    return catalogue.text("seen-notice", name=short(parent.name) if parent else "").unescape()
