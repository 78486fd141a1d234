"""The garbage collector of a process that serves."""

import gc

YOUNG_OBJECTS = 20_000
"""Objects of a request or a batch are gone by themselves at its end; looked at in its midst, all are still alive."""


def let_stay() -> None:
    """What start-up made stays to the end: the collector need not go through it again and again."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
