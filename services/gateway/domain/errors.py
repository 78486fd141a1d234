"""What the gateway refuses by itself.

Refusal                shared/errors.py
└─ TooManyStreams      TOO_MANY_STREAMS
"""

from shared.errors import Refusal


class TooManyStreams(Refusal):
    """One subject holds as many streams as anybody may."""

    code = "TOO_MANY_STREAMS"
