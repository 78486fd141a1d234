"""Events on the wire, one file per publishing service.

Every event is a frozen struct with its wire name in TOPIC. A published version only ever gains optional
fields; another meaning is another version. Money is in minor units; times are UTC; `month` is "2026-10".
"""

from typing import ClassVar

import msgspec


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """What all wire events share: a topic, and nothing else."""

    TOPIC: ClassVar[str]
