"""What the bot asks for is what the gateway offers."""

from pathlib import Path

import pytest
from graphql import build_ast_schema, parse, validate

ROOT = Path(__file__).parents[3]
SUPERGRAPH = ROOT / "services/gateway/supergraph.graphql"
DOCUMENTS = sorted((ROOT / "services/bot/documents").glob("*.graphql"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_fits_the_supergraph(document: Path) -> None:
    schema = build_ast_schema(parse(SUPERGRAPH.read_text()), assume_valid=True)
    assert validate(schema, parse(document.read_text())) == []


def test_there_are_documents() -> None:
    assert {path.stem for path in DOCUMENTS} == {
        "acknowledge_low_package",
        "invoices",
        "lots",
        "low_packages",
        "own_packages",
        "pay",
        "skip_low_packages",
    }
