"""Telling a database that is not there from a mistake in what it was asked."""

import sys

from shared.errors import Refusal, UpstreamUnavailable


def is_out_of_reach(error: BaseException) -> bool:
    """Whether the database was not there: asking again later may help."""
    if isinstance(error, OSError):
        return True
    # Where asyncpg is not loaded nothing can have raised its errors, and it is not loaded for the question.
    asyncpg = sys.modules.get("asyncpg")
    if asyncpg is None:
        return False
    gone = (
        asyncpg.PostgresConnectionError,
        asyncpg.AdminShutdownError,
        asyncpg.CrashShutdownError,
        asyncpg.CannotConnectNowError,
    )
    return isinstance(error, gone) or (isinstance(error, asyncpg.InterfaceError) and "closed" in str(error))


def refusal_for(error: BaseException) -> Refusal | None:
    """What a client is told of an error: the refusal that it is, or that the database does not answer. None when it is
    a fault of ours."""
    if isinstance(error, Refusal):
        return error
    return UpstreamUnavailable("the database does not answer; ask again later") if is_out_of_reach(error) else None
