"""What the gateway refuses by itself.

Refusal                shared/errors.py
├─ TooManyStreams      TOO_MANY_STREAMS
├─ TooManyRequests     TOO_MANY_REQUESTS
├─ DocumentNotFound    PERSISTED_QUERY_NOT_FOUND
├─ HashMismatch        PERSISTED_QUERY_HASH_MISMATCH
├─ DocumentNotTrusted  DOCUMENT_NOT_TRUSTED
└─ NotPlannable        OPERATION_NOT_PLANNABLE
"""

from shared.errors import Refusal


class TooManyStreams(Refusal):
    """One subject holds as many streams as anybody may."""

    code = "TOO_MANY_STREAMS"


class TooManyRequests(Refusal):
    """One subject, or one address, has asked as often this minute as anybody may."""

    code = "TOO_MANY_REQUESTS"


class DocumentNotFound(Refusal):
    """No document is kept under that hash: the client sends its text with it."""

    code = "PERSISTED_QUERY_NOT_FOUND"


class HashMismatch(Refusal):
    """The text has another hash than the one that came with it."""

    code = "PERSISTED_QUERY_HASH_MISMATCH"


class DocumentNotTrusted(Refusal):
    """Only the documents of a folder run here, and this is none of them."""

    code = "DOCUMENT_NOT_TRUSTED"


class NotPlannable(Refusal):
    """The operation fits the schema, and no way through the subgraphs leads to all that it asks for."""

    code = "OPERATION_NOT_PLANNABLE"
