"""What the README shows is what the product understands."""

import re
from pathlib import Path

import pytest
from graphql import build_ast_schema, parse, validate

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
QUERIES = re.findall(r"--data-urlencode 'query=((?:subscription )?\{.*?\n\})'", README, re.DOTALL)
BLOCKS = "".join(re.findall(r"```graphql\n(.*?)```", README, re.DOTALL))
KEYWORD = r"^(?:mutation|query) "
OPERATIONS = [*QUERIES, *re.findall(rf"{KEYWORD}.*?(?={KEYWORD}|\Z)", BLOCKS, re.DOTALL | re.MULTILINE)]


@pytest.fixture(scope="module")
def makefile() -> str:
    return (ROOT / "Makefile").read_text()


def test_every_operation_was_found() -> None:
    assert len(OPERATIONS) == README.count("'query=") + README.count("mutation {") + README.count("query {")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.split("(")[0].strip("{ \n"))
def test_an_operation_fits_the_schema(operation: str) -> None:
    schema = build_ast_schema(parse((ROOT / "services/gateway/supergraph.graphql").read_text()), assume_valid=True)
    assert validate(schema, parse(operation)) == []


def test_every_make_target_exists(makefile: str) -> None:
    for target in set(re.findall(r"`make (\w+)`|^make (\w+)", README, re.MULTILINE)):
        assert re.search(rf"^{''.join(target)}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)", README))))
def test_a_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
