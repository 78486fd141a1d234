"""Which move to make: each is tried to the end of what it leads to, and the cheapest is kept.

What comes of a position depends on what is left there, on its locations and on what is pending, and on nothing else.
So what was decided holds wherever the same is left (`_Situation`): planning takes time by how many situations there
are, not by how many ways there are to combine them. When the budget is spent, the first move that works is taken.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.gateway.federation.operation.selection import Field, count_leaves
from services.gateway.federation.planning.bounds import Bounds
from services.gateway.federation.planning.cost import Cost, cost_of
from services.gateway.federation.planning.draft import Change, DraftFetch, Position
from services.gateway.federation.planning.moves import Moves
from services.gateway.federation.planning.reach import Move

if TYPE_CHECKING:
    from services.gateway.federation.planning.planner import Planner, Used

_Situation = Hashable

DEEPER = Move("", "", None)
"""No move: after moves that stayed, the locations there are get a second look, and inside the fields all may move."""


@dataclass(frozen=True, slots=True)
class _Tried:
    """A move, what it would leave and cost in the end, and the changes that make it and all that follows."""

    move: Move
    left: list[Field]
    cost: Cost
    used: Used
    changes: list[Change]


class Choices:
    """The decisions of one planner."""

    def __init__(self, planner: Planner, moves: Moves) -> None:
        self._planner = planner
        self._draft = planner.draft
        self._moves = moves
        self._budget = planner.budget
        self._bounds = Bounds(planner.supergraph)
        self._decided: dict[_Situation, Move | None] = {}

    def finish(self, position: Position, left: list[Field], used: Used, *, stayed: bool = False) -> list[Field]:
        """Makes all moves that help, the cheapest way; returns what none of them brings.

        `stayed` is whether an earlier move at this position did, so that its locations may have more.
        """
        situation = _situation(position, left, stayed)
        if situation in self._decided:
            rest = self._again(self._decided[situation], position, left, used, stayed=stayed)
            if rest is not None:
                return rest
        return self._decide(situation, position, left, used, stayed=stayed)

    def _again(
        self, move: Move | None, position: Position, left: list[Field], used: Used, *, stayed: bool
    ) -> list[Field] | None:
        """What is left after a move that was decided earlier; None when it works no more.

        Inside the fields there may have been locations at the time that are not there now.
        """
        if move is None:
            return left
        mark, used_inside = self._draft.mark(), set[DraftFetch]()
        rest = self._made(move, position, left, used_inside)
        if rest is None:
            self._draft.rollback(mark)
            return None
        used |= used_inside
        return self._on(move, position, rest, used, stayed=stayed)

    def _decide(
        self, situation: _Situation, position: Position, left: list[Field], used: Used, *, stayed: bool
    ) -> list[Field]:
        groups = self._planner.reach.moves(position, left)
        if stayed:
            groups = [[*groups[0], DEEPER], *groups[1:]]
        was_spent = self._budget.is_spent
        best = next(filter(None, (self._best(group, position, left, stayed=stayed) for group in groups)), None)
        if best is None:
            self._decided[situation] = None
            return left
        if not was_spent:
            self._decided[situation] = best.move
        self._draft.replay(best.changes)
        used |= best.used
        return best.left

    def _best(self, moves: list[Move], position: Position, left: list[Field], *, stayed: bool) -> _Tried | None:
        best: _Tried | None = None
        fewest = self._bounds.fewest_requests(position.type_name, left)
        if self._budget.is_spent:
            moves = sorted(moves, key=_rule_of_thumb)
        for index, move in enumerate(moves):
            with self._budget.share(len(moves) - index):
                tried = self._try(move, position, left, best, stayed=stayed)
            if tried and (best is None or tried.cost < best.cost):
                best = tried
            if best and self._is_enough(best.cost, fewest):
                break
        return best

    def _is_enough(self, cost: Cost, fewest: int) -> bool:
        """Nothing is left, and it cannot cost less, or there is no time to look."""
        if cost.left:
            return False
        return self._budget.is_spent or cost.requests <= 1 or (cost.requests <= fewest and not cost.waves)

    def _try(
        self, move: Move, position: Position, left: list[Field], best: _Tried | None, *, stayed: bool
    ) -> _Tried | None:
        mark, fetches, used = self._draft.mark(), len(self._draft.fetches), set[DraftFetch]()
        rest = self._made(move, position, left, used)
        if rest and not self._is_beaten(cost_of(rest, self._draft.fetches[fetches:]), position, rest, best):
            rest = self._on(move, position, rest, used, stayed=stayed)
        cost = cost_of(rest or (), self._draft.fetches[fetches:])
        changes = self._draft.rollback(mark)
        return None if rest is None else _Tried(move, rest, cost, used, changes)

    def _is_beaten(self, so_far: Cost, position: Position, rest: list[Field], best: _Tried | None) -> bool:
        if best is None or best.cost.left:
            return False
        return so_far.requests + self._bounds.fewest_requests(position.type_name, rest) > best.cost.requests

    def _on(self, move: Move, position: Position, rest: list[Field], used: Used, *, stayed: bool) -> list[Field]:
        """What is left after the moves that come after this one."""
        return self.finish(position, rest, used, stayed=move is not DEEPER and (stayed or move.stays)) if rest else rest

    def _made(self, move: Move, position: Position, left: list[Field], used: Used) -> list[Field] | None:
        """What is left after this move; None when it cannot be made or brings nothing."""
        if move is not DEEPER:
            return self._moves.make(position, move, left, used)
        rest = self._planner.plan_here(position, left, used)
        return rest if count_leaves(rest) < count_leaves(left) else None


def _rule_of_thumb(move: Move) -> int:
    """On at once from where we are, then to others, and to stay there only if there is nothing else."""
    return 0 if move is DEEPER else 2 if move.stays else 1


def _situation(position: Position, left: list[Field], stayed: bool) -> _Situation:
    locations = frozenset((one.subgraph, one.provided, one.satisfied) for one in position.locations)
    return (position.type_name, position.pending, locations, tuple(left), stayed)
