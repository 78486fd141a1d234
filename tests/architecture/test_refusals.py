"""The list of error codes is closed: every refusal is drawn or documented where its service tells what it refuses."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class RefusalClass:
    name: str
    code: str
    meaning: str | None
    path: Path

    @property
    def document(self) -> Path:
        """The shared tree is drawn in its own docstring; a service lists its refusals in its README."""
        parts = self.path.relative_to(ROOT).parts
        return ROOT / "services" / parts[1] / "README.md" if parts[0] == "services" else ROOT / "shared/errors.py"


def refusal_classes() -> Iterator[RefusalClass]:
    """Every class with a `code` of its own below `Refusal`, read from the sources so that none can hide unimported."""
    for path in sorted([*(ROOT / "shared").rglob("*.py"), *(ROOT / "services").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and (code := own_code(node)):
                yield RefusalClass(node.name, code, ast.get_docstring(node), path)


def own_code(node: ast.ClassDef) -> str | None:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
                return code
    return None


REFUSALS = list(refusal_classes())


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_a_code_is_documented_with_its_meaning(refusal: RefusalClass) -> None:
    assert refusal.meaning
    assert refusal.code == refusal.code.upper()
    document = refusal.document.read_text()
    if refusal.document.suffix == ".py":
        document = ast.get_docstring(ast.parse(document)) or ""
    assert refusal.code in document, f"{refusal.name} is not explained in {refusal.document.relative_to(ROOT)}"


def test_a_code_means_one_thing() -> None:
    codes = [refusal.code for refusal in REFUSALS]
    assert len(codes) == len(set(codes))
