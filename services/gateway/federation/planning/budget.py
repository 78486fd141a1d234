"""How much planning may come to: counted in fields, so that the same operation has the same plan everywhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.gateway.federation.operation.limits import too_complex

COMPARED_FIELDS = 1_500
"""As many are planned more than the operation has, while there is anything to compare: some 15 ms."""


class Budget:
    """What is left for comparing is shared out among the things that are compared.

    `needed` is how many fields have to be planned anyway, `most` is where planning ends.
    """

    def __init__(self, needed: int, most: int) -> None:
        self.planned = 0
        self._most = most
        self._until = COMPARED_FIELDS + needed

    def count_field(self) -> None:
        """Raises RequestError when it is one too many."""
        self.planned += 1
        if self.planned > self._most:
            raise too_complex("planning", self._most)

    @property
    def is_spent(self) -> bool:
        """Whether the time for comparing is over."""
        return self.planned >= self._until

    @contextmanager
    def share(self, parts: int) -> Iterator[None]:
        """Within the block there is one of `parts` equal shares of what is left for comparing."""
        until = self._until
        self._until = self.planned + (until - self.planned) // parts
        try:
            yield
        finally:
            self._until = until
