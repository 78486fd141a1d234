"""The list of error codes is closed: each is drawn, with its class, in the tree that heads its file."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_REFUSALS = {"INTERNAL", "GRAPHQL_INVALID", "SUPERGRAPH_CHANGED"}
"""Codes of what nobody refused: faults of ours, documents that are no GraphQL, and streams that have to begin anew."""


@dataclass(frozen=True, slots=True)
class RefusalClass:
    name: str
    code: str
    meaning: str | None
    tree: str


def refusal_classes() -> Iterator[RefusalClass]:
    """Every class with an error code of its own, read from the sources so that none can hide unimported."""
    for path in sorted([*(ROOT / "shared").rglob("*.py"), *(ROOT / "services").rglob("*.py")]):
        module = ast.parse(path.read_text())
        for node in module.body:
            if isinstance(node, ast.ClassDef) and (code := own_code(node)):
                yield RefusalClass(node.name, code, ast.get_docstring(node), ast.get_docstring(module) or "")


def own_code(node: ast.ClassDef) -> str | None:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
                return code
    return None


REFUSALS = list(refusal_classes())


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_a_code_is_drawn_with_its_class_and_has_a_meaning(refusal: RefusalClass) -> None:
    assert refusal.meaning
    assert refusal.code == refusal.code.upper()
    branches = [line.split("─ ", 1)[1].split()[:2] for line in refusal.tree.splitlines() if "─ " in line]
    assert [refusal.name, refusal.code] in branches


def test_the_documented_list_is_the_whole_list() -> None:
    described = (ROOT / "ARCHITECTURE.md").read_text().split("The list is closed:")[1]
    documented = re.findall(r"^\| `([A-Z_]+)` \|", described, re.MULTILINE)
    assert set(documented) == {refusal.code for refusal in REFUSALS} | NOT_REFUSALS
    assert len(documented) == len(set(documented))


def test_a_code_means_one_thing() -> None:
    codes = [refusal.code for refusal in REFUSALS]
    assert len(codes) == len(set(codes))
