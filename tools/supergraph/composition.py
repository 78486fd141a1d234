"""Composing subgraphs into a supergraph, by the node program next to this file. Development time only."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

TOOL = Path(__file__).parent


class CompositionError(Exception):
    """The subgraphs do not fit together, or the tool is not there; the message says which."""


@dataclass(frozen=True, slots=True)
class SubgraphSchema:
    """A subgraph as the composer wants it."""

    name: str
    url: str
    sdl: str


def is_available() -> bool:
    """Whether node and the tool's packages are installed."""
    return shutil.which("node") is not None and (TOOL / "node_modules").is_dir()


def compose(subgraphs: Iterable[SubgraphSchema]) -> str:
    """The supergraph's SDL. Raises CompositionError with the composer's messages."""
    node = shutil.which("node")
    if node is None or not is_available():
        raise CompositionError("composing needs node, and `npm ci` in tools/supergraph")
    text = json.dumps([asdict(subgraph) for subgraph in subgraphs])
    done = subprocess.run(  # noqa: S603 - our own script, our own schemas
        [node, str(TOOL / "compose.mjs")], input=text, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CompositionError(done.stderr.strip())
    return done.stdout
