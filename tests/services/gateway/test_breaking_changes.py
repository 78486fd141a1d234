"""The public schema changes only in ways that no client's operations notice, or by somebody's decision.

It is compared with the last committed one, or with that of `SCHEMA_BASE`, such as the main branch. A change that is
meant to break clients is written into INTENDED, in graphql-core's words, and taken out when it is committed.
"""

import os
import shutil
import subprocess

import pytest
from graphql import GraphQLSchema, find_breaking_changes

from services.gateway.federation import load_supergraph
from tools.supergraph.subgraphs import SUPERGRAPH

INTENDED: frozenset[str] = frozenset()


def breaking(before: GraphQLSchema, after: GraphQLSchema) -> set[str]:
    return {change.description for change in find_breaking_changes(before, after)}


def public(sdl: str) -> GraphQLSchema:
    return load_supergraph(sdl).api_schema


def committed() -> str | None:
    """None where there is no repository, such as in an image."""
    if shutil.which("git") is None:
        return None
    what = f"{os.environ.get('SCHEMA_BASE', 'HEAD')}:./{SUPERGRAPH.name}"
    done = subprocess.run(["git", "show", what], cwd=SUPERGRAPH.parent, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def test_no_client_is_broken_unless_it_is_meant() -> None:
    before = committed()
    if before is None:
        pytest.skip("no repository to compare with")
    assert breaking(public(before), public(SUPERGRAPH.read_text())) == INTENDED


@pytest.mark.parametrize(
    ("old", "new"),
    [("  viewer: Viewer", "  whoAsks: Viewer"), ("  COORDINATOR @join", "  BOSS @join")],
    ids=["a field gone", "a value gone"],
)
def test_a_break_would_be_found(old: str, new: str) -> None:
    text = SUPERGRAPH.read_text()
    assert old in text
    assert breaking(public(text), public(text.replace(old, new)))
