"""Sessions that a system upstream tells of: logged once each, as if a coordinator had done it."""

from collections.abc import Sequence
from typing import NoReturn

from services.packages.domain.imports import SessionLine
from services.packages.use_cases.import_sessions import judge_sessions, store_sessions
from services.packages.work import PackagesWork
from shared.contracts.upstream import SessionRecorded
from shared.database.database import Transaction
from shared.errors import Refusal
from shared.money import Money, parse_currency

UPSTREAM = "upstream"


async def record_sessions(work: PackagesWork, transaction: Transaction, facts: Sequence[SessionRecorded]) -> None:
    """All of them, as part of the transaction, or none: raises the first one's refusal, with the session's reference.

    Its event becomes a dead letter then, and the others are delivered without it.
    """
    judged = await judge_sessions(work, transaction, [_line(work, fact) for fact in facts])
    for fact, one in zip(facts, judged, strict=True):
        if isinstance(one, Refusal):
            _refuse(fact, one)
    await store_sessions(work, transaction, judged, UPSTREAM)


def _line(work: PackagesWork, fact: SessionRecorded) -> SessionLine | Refusal:
    try:
        return SessionLine(
            external_ref=fact.external_ref,
            child=fact.child,
            tutor=fact.tutor,
            starts_at=fact.starts_at,
            duration_minutes=fact.duration_minutes,
            billed_as_addon=fact.billed_as_addon,
            addon_price=_addon_price(work, fact),
        )
    except Refusal as refusal:
        return refusal


def _addon_price(work: PackagesWork, fact: SessionRecorded) -> Money | None:
    if fact.addon_price_minor is None:
        return None
    currency = work.organisation.currency if fact.currency is None else parse_currency(fact.currency)
    return Money(fact.addon_price_minor, currency)


def _refuse(fact: SessionRecorded, refusal: Refusal) -> NoReturn:
    raise type(refusal)(f"session {fact.external_ref!r}: {refusal.message}", **refusal.details)
