"""nivaa explain: each stage by itself, of our supergraph and of any other; what is wrong is said, not thrown."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from nivaa.__main__ import command_line
from shared.errors import InvalidInput

ROOT = Path(__file__).parents[3]
SHOP = ROOT / "tests" / "federation" / "shop" / "supergraph.graphql"
PLANS = ROOT / "tests" / "federation" / "plans"


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(command_line(["explain"]), ["explain", *arguments])


def test_the_operation_and_its_plan() -> None:
    said = explain(str(PLANS / "interface.graphql"), "--supergraph", str(SHOP)).stdout
    assert said == (PLANS / "interface.plan").read_text()


def test_one_stage_at_a_time() -> None:
    file = str(PLANS / "interface.graphql")
    operation = explain(file, "--supergraph", str(SHOP), "--stage", "operation").stdout
    plan = explain(file, "--supergraph", str(SHOP), "--stage", "plan").stdout
    assert f"{operation}\n{plan}" == (PLANS / "interface.plan").read_text()


def test_who_resolves_what_on_which_terms() -> None:
    said = explain("--supergraph", str(SHOP), "--stage", "supergraph").stdout
    assert "stock at http://stock.test/graphql\n" in said
    assert "  price(currency: String): Int in" not in said  # types and terms; arguments are the schema's
    assert "stock (external)" in said
    assert "(by sku" in said


def test_ours_when_no_other_is_given(tmp_path: Path) -> None:
    file = tmp_path / "asked.graphql"
    file.write_text("query($hidden: Boolean!) { viewer { role @skip(if: $hidden) } sessions { nodes { id } } }")
    assert "role" not in explain(str(file), "--variables", '{"hidden": true}').stdout
    assert "0 gateway\n" in explain(str(file), "--variables", '{"hidden": false}').stdout


def test_one_of_several_operations(tmp_path: Path) -> None:
    file = tmp_path / "asked.graphql"
    file.write_text("query A { me { id } } query B { me { name } }")
    arguments = (str(file), "--supergraph", str(SHOP), "--stage", "operation")
    assert "name" in explain(*arguments, "--operation", "B").stdout
    refusal = explain(*arguments).exception
    assert isinstance(refusal, InvalidInput)
    assert "operation name" in refusal.message


def test_a_label_is_on_when_it_is_said(tmp_path: Path) -> None:
    moving = '@join__field(graph: STOCK, override: "catalogue", overrideLabel: "LABEL")'
    staying = '@join__field(graph: CATALOGUE, overrideLabel: "LABEL")'
    supergraph, file = tmp_path / "supergraph.graphql", tmp_path / "asked.graphql"
    file.write_text('{ product(sku: "p1") { colour } }')

    def asks_stock(label: str, *arguments: str) -> bool:
        field = f"  colour: String {moving} {staying}\n".replace("LABEL", label)
        sdl = SHOP.read_text().replace("  rating: Float @join__field", f"{field}  rating: Float @join__field")
        supergraph.write_text(sdl)
        return " stock " in explain(str(file), "--supergraph", str(supergraph), *arguments).stdout

    assert [asks_stock("trial"), asks_stock("trial", "--label", "trial")] == [False, True]
    assert [asks_stock("percent(99)"), asks_stock("percent(100)")] == [False, True]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--stage", "plan"], "which operation"),
        ([str(PLANS / "interface.graphql"), "--supergraph", str(SHOP), "--variables", "[1]"], "not a JSON object"),
        ([str(PLANS / "interface.graphql")], "Cannot query field 'items'"),
        (["--stage", "supergraph", "--supergraph", str(PLANS / "interface.plan")], "cannot be loaded"),
    ],
    ids=["no file", "variables", "another schema", "no supergraph"],
)
def test_what_cannot_be_explained(arguments: list[str], reason: str) -> None:
    refusal = explain(*arguments).exception
    assert isinstance(refusal, InvalidInput)
    assert reason in refusal.message
