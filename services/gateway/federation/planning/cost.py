"""What a part of a plan costs."""

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from services.gateway.federation.operation.selection import Field, count_leaves
from services.gateway.federation.planning.draft import DraftFetch


class Cost(NamedTuple):
    """Less is better, by the first that differs.

    `left` counts the leaves that could not be had, `requests` what is sent, `waves` how often an answer is waited for
    before the next request, `late` the leaves that wait, as often as they do.
    """

    left: int
    requests: int
    waves: int
    late: int


def cost_of(left: Iterable[Field], made: Sequence[DraftFetch]) -> Cost:
    """The cost of the fetches `made`, as seen from where they start."""
    measured = _Measured(made)
    waves = [measured.wave(fetch) for fetch in made]
    return Cost(
        left=count_leaves(left),
        requests=len({measured.request(fetch) for fetch in made}),
        waves=max(waves, default=0),
        late=sum(wave * fetch.selection.count_leaves() for wave, fetch in zip(waves, made, strict=True)),
    )


class _Measured:
    def __init__(self, made: Sequence[DraftFetch]) -> None:
        self._made = set(made)
        self._waves: dict[DraftFetch, int] = {}
        self._requests: dict[DraftFetch, Hashable] = {}

    def wave(self, fetch: DraftFetch) -> int:
        """How many others it waits for, one after the other; 0 for what starts with the operation."""
        if fetch not in self._waves:
            before = [self.wave(other) for other in fetch.after if other in self._made]
            self._waves[fetch] = max(before, default=-1) + 1 if fetch.is_root else max(before, default=0) + 1
        return self._waves[fetch]

    def request(self, fetch: DraftFetch) -> Hashable:
        """Equal for fetches that the builder will send together."""
        if fetch.is_root or fetch not in self._made:
            return fetch
        if fetch not in self._requests:
            self._requests[fetch] = (fetch.subgraph, frozenset(self.request(other) for other in fetch.after))
        return self._requests[fetch]
