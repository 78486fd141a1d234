"""What the gateway refuses by itself.

Refusal                shared/errors.py
├─ TooManyStreams      TOO_MANY_STREAMS
└─ IntrospectionOff    INTROSPECTION_OFF
"""

from shared.errors import Refusal


class TooManyStreams(Refusal):
    """One subject holds as many streams as anybody may."""

    code = "TOO_MANY_STREAMS"


class IntrospectionOff(Refusal):
    """The schema is not told here."""

    code = "INTROSPECTION_OFF"
