"""The supergraph's file: what it says is served, and what it comes to say while we serve."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import structlog

from services.gateway.federation import Engine, Labels, Limits, Subgraph, Supergraph, SupergraphError, load_supergraph
from services.gateway.subgraph_peers import close_all

log = structlog.get_logger()

LOOK_SECONDS = 1.0

SubgraphsOf = Callable[[Supergraph], Mapping[str, Subgraph]]
"""The ways to a supergraph's subgraphs. Raises SupergraphError when there is none to one of them."""


class SupergraphFile:
    def __init__(self, path: Path, subgraphs_of: SubgraphsOf) -> None:
        self._path = path
        self._subgraphs_of = subgraphs_of
        self._seen = self._served = ""
        self._subgraphs: Mapping[str, Subgraph] = {}
        self._complaint = ""

    @contextmanager
    def engine(self, limits: Limits, labels: Labels) -> Iterator[Engine]:
        """Over what the file says now. Raises SupergraphError, OSError, and UnicodeError."""
        self._seen = self._served = self._path.read_text()
        supergraph = load_supergraph(self._served)
        self._subgraphs = self._subgraphs_of(supergraph)
        try:
            yield Engine(supergraph, self._subgraphs, limits, labels=labels)
        finally:
            close_all(self._subgraphs.values())

    async def watch(self, engine: Engine) -> None:
        """Gives the engine what the file says whenever that changes. What cannot be served is logged and refused."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                changed = await asyncio.to_thread(self._changed)
                if changed:
                    self._swap(engine, changed)
            except (SupergraphError, UnicodeError, OSError) as error:
                self._complain(str(error))
            except Exception:
                log.exception("supergraph not looked at", file=str(self._path))

    def _changed(self) -> Supergraph | None:
        text = self._path.read_text()
        self._complaint = ""
        if text == self._seen:
            return None
        self._seen = text  # a bad one too: it is refused once
        return None if text == self._served else load_supergraph(text)

    def _swap(self, engine: Engine, supergraph: Supergraph) -> None:
        before, self._subgraphs = self._subgraphs, self._subgraphs_of(supergraph)
        self._served = self._seen
        engine.swap(supergraph, self._subgraphs)
        close_all(before.values())
        log.info("supergraph changed", file=str(self._path), subgraphs=",".join(supergraph.subgraphs))

    def _complain(self, reason: str) -> None:
        """Once, and not every second, of a file that is away."""
        if reason != self._complaint:
            log.warning("supergraph refused, the old one stays", file=str(self._path), reason=reason)
        self._complaint = reason
