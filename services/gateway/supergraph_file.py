"""The supergraph's file: what it says is served, and what it comes to say while we serve."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from services.gateway.federation import Engine, Limits, Subgraph, Supergraph, SupergraphError, load_supergraph

log = structlog.get_logger()

LOOK_SECONDS = 1.0


class SupergraphFile:
    """`subgraphs_of` gives the ways to a supergraph's subgraphs."""

    def __init__(self, path: Path, subgraphs_of: Callable[[Supergraph], Mapping[str, Subgraph]]) -> None:
        self._path = path
        self._subgraphs_of = subgraphs_of
        self._text = ""

    def engine(self, limits: Limits) -> Engine:
        """Over what the file says now. Raises SupergraphError, OSError."""
        self._text = self._path.read_text()
        supergraph = load_supergraph(self._text)
        return Engine(supergraph, self._subgraphs_of(supergraph), limits)

    async def watch(self, engine: Engine) -> None:
        """Gives the engine what the file says whenever that changes. What cannot be served is logged and refused."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                changed = await asyncio.to_thread(self._changed)
                if changed:
                    engine.swap(changed, self._subgraphs_of(changed))
                    log.info("supergraph changed", file=str(self._path), subgraphs=",".join(changed.subgraphs))
            except (SupergraphError, ValueError, OSError) as error:
                log.warning("supergraph refused, the old one stays", file=str(self._path), reason=str(error))

    def _changed(self) -> Supergraph | None:
        text = self._path.read_text()
        if text == self._text:
            return None
        self._text = text  # a bad one too: it is refused once
        return load_supergraph(text)
