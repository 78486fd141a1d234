"""The public schema changes only in ways that no client's operations notice, or by somebody's decision on record."""

import subprocess
from pathlib import Path

import pytest

from tests.federation.shop import FOLDER as SHOP
from tools.supergraph.breaking import NothingBefore, breaking_changes, recorded, supergraph_before
from tools.supergraph.subgraphs import SUPERGRAPH

TEXT = (SHOP / "supergraph.graphql").read_text()
WITH_MORE = TEXT.replace("  rating: Float @join", "  more: Int @join__field(graph: REVIEWS)\n  rating: Float @join")
WITHOUT_RATING = TEXT.replace("  rating: Float @join__field(graph: REVIEWS)\n", "")


def test_no_client_is_broken_unless_it_is_meant() -> None:
    try:
        before = supergraph_before()
    except NothingBefore as reason:
        pytest.skip(f"nothing to compare with: {reason}")
    assert breaking_changes(before, SUPERGRAPH.read_text()) - recorded() == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [("  viewer: Viewer", "  whoAsks: Viewer"), ("  COORDINATOR @join", "  BOSS @join")],
    ids=["a field gone", "a value gone"],
)
def test_a_break_would_be_found(old: str, new: str) -> None:
    text = SUPERGRAPH.read_text()
    assert old in text
    assert breaking_changes(text, text.replace(old, new))


class Repository:
    """With a supergraph in it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "supergraph.graphql"
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
        subprocess.run(["git", *who, *arguments], cwd=self.file.parent, check=True, capture_output=True)

    def commit(self, text: str) -> None:
        self.file.write_text(text)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", "Another schema")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "origin")


def test_what_is_not_committed_is_compared_with_what_is(repository: Repository) -> None:
    repository.commit(TEXT)
    repository.file.write_text(WITHOUT_RATING)
    assert supergraph_before(repository.file) == TEXT


def test_what_is_committed_is_compared_with_what_was_before(repository: Repository) -> None:
    for text in (WITH_MORE, TEXT, WITHOUT_RATING):
        repository.commit(text)
    (repository.file.parent / "other.txt").write_text("")
    repository.git("add", ".")
    repository.git("commit", "--quiet", "--message", "Not about the schema")
    assert supergraph_before(repository.file) == TEXT
    assert breaking_changes(TEXT, WITHOUT_RATING) == {
        "Field Bundle.rating was removed.",
        "Field Product.rating was removed.",
    }
    assert breaking_changes(TEXT, WITH_MORE) == set()


def test_a_proposal_is_compared_with_what_it_is_for(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit(WITH_MORE)
    repository.git("switch", "--quiet", "--create", "proposal")
    for text in (TEXT, WITHOUT_RATING):
        repository.commit(text)
    monkeypatch.setenv("SCHEMA_BASE", "main")
    assert supergraph_before(repository.file) == WITH_MORE
    monkeypatch.setenv("SCHEMA_BASE", "nowhere")
    with pytest.raises(ValueError, match="nowhere"):
        supergraph_before(repository.file)


def test_where_nothing_is_known_of_before_it_is_said(repository: Repository, tmp_path: Path) -> None:
    repository.commit(TEXT)
    with pytest.raises(NothingBefore, match="ever committed"):
        supergraph_before(repository.file)
    repository.commit(WITHOUT_RATING)
    repository.git("clone", "--quiet", "--depth", "1", repository.file.parent.as_uri(), str(tmp_path / "clone"))
    with pytest.raises(NothingBefore, match="shallow"):
        supergraph_before(tmp_path / "clone" / repository.file.name)
    copy = tmp_path / repository.file.name
    copy.write_text(TEXT)
    with pytest.raises(NothingBefore, match="not a git repository"):
        supergraph_before(copy)
