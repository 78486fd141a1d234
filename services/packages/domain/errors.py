"""What this service refuses, beside the shared refusals.

Refusal
├─ PackageExpired              PACKAGE_EXPIRED
├─ SessionNotApprovable        SESSION_NOT_APPROVABLE
├─ SessionNotRejectable        SESSION_NOT_REJECTABLE
├─ SessionNotReversible        SESSION_NOT_REVERSIBLE
└─ ExternalRefReused           EXTERNAL_REF_REUSED
"""

from shared.errors import Refusal


class PackageExpired(Refusal):
    """The last valid day that was asked for has already passed."""

    code = "PACKAGE_EXPIRED"


class SessionNotApprovable(Refusal):
    """The session was rejected or reversed."""

    code = "SESSION_NOT_APPROVABLE"


class SessionNotRejectable(Refusal):
    """Only a session that is still LOGGED can be rejected."""

    code = "SESSION_NOT_REJECTABLE"


class SessionNotReversible(Refusal):
    """Only an approved session can be reversed, once."""

    code = "SESSION_NOT_REVERSIBLE"


class ExternalRefReused(Refusal):
    """The same external reference came with other content."""

    code = "EXTERNAL_REF_REUSED"
