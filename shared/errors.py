"""The one tree of errors.

    NivaaError                       something went wrong; clients see only INTERNAL
    └─ Refusal                       safe for clients: code, message and details are shown as they are
       ├─ Unauthenticated            UNAUTHENTICATED
       ├─ Forbidden                  FORBIDDEN
       ├─ NotFound                   NOT_FOUND
       ├─ InvalidInput               INVALID_INPUT
       ├─ IdempotencyKeyReused       IDEMPOTENCY_KEY_REUSED
       ├─ MoneyFrozen                MONEY_FROZEN
       ├─ TooComplex                 TOO_COMPLEX
       ├─ IntrospectionOff           INTROSPECTION_OFF
       ├─ TooSlow                    TOO_SLOW
       ├─ TimedOut                   TIMED_OUT
       ├─ MethodNotAllowed           METHOD_NOT_ALLOWED
       ├─ UpstreamUnavailable        UPSTREAM_UNAVAILABLE
       └─ each service's own         services/<name>/domain/errors.py

A refusal's message is written for the person who asked; `details` holds what a program would act on.
"""

from collections.abc import Mapping
from typing import ClassVar


class NivaaError(Exception):
    """A fault of ours. Clients see the code INTERNAL and nothing else."""


class Refusal(NivaaError):
    """A request that was understood and is refused; changes nothing."""

    code: ClassVar[str]

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, object] = details


class Unauthenticated(Refusal):
    """No token, or one that does not verify."""

    code = "UNAUTHENTICATED"


class Forbidden(Refusal):
    """The viewer is known and may not do this."""

    code = "FORBIDDEN"


class NotFound(Refusal):
    """It does not exist, or the viewer may not know that it does."""

    code = "NOT_FOUND"


class InvalidInput(Refusal):
    """An argument breaks a rule that the message names."""

    code = "INVALID_INPUT"


class IdempotencyKeyReused(Refusal):
    """The same idempotency key came with other content."""

    code = "IDEMPOTENCY_KEY_REUSED"


class MoneyFrozen(Refusal):
    """A filter or an order by money, or a document with money in it, while the beta freeze hides money."""

    code = "MONEY_FROZEN"


class TooComplex(Refusal):
    """The operation is larger than the limits allow."""

    code = "TOO_COMPLEX"


class TooSlow(Refusal):
    """More has changed than the subscriber has taken; changes were missed."""

    code = "TOO_SLOW"


class IntrospectionOff(Refusal):
    """The schema is not told here."""

    code = "INTROSPECTION_OFF"


class TimedOut(Refusal):
    """The request took longer than any may; what it changes may be changed all the same."""

    code = "TIMED_OUT"


class MethodNotAllowed(Refusal):
    """The address is there, but not for this method."""

    code = "METHOD_NOT_ALLOWED"


class UpstreamUnavailable(Refusal):
    """A service or a database that the answer needs did not answer; ask again later."""

    code = "UPSTREAM_UNAVAILABLE"
