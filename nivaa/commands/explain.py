"""nivaa explain: what the gateway makes of an operation, at any stage between the text and the requests."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from services.gateway.component import SUPERGRAPH
from services.gateway.federation import (
    Engine,
    FederationError,
    Labels,
    Limits,
    load_supergraph,
    print_operation,
    print_plan,
    print_supergraph,
)
from shared.errors import InvalidInput

_ALMOST_ONE = 1 - 1e-12
"""The chance by which no `percent(x)` is on but `percent(100)`."""


class Stage(StrEnum):
    SUPERGRAPH = "supergraph"
    OPERATION = "operation"
    PLAN = "plan"


def explain(
    file: Annotated[Path | None, typer.Argument(help="The operation; needless for the stage `supergraph`.")] = None,
    supergraph: Annotated[Path, typer.Option(help="Another supergraph than ours.")] = SUPERGRAPH,
    stage: Annotated[Stage | None, typer.Option(help="One stage only.")] = None,
    operation: Annotated[str | None, typer.Option(help="Which one, if the file has several.")] = None,
    variables: Annotated[str, typer.Option(help="As JSON; they decide @skip and @include.")] = "{}",
    label: Annotated[list[str] | None, typer.Option(help="Of a progressive @override that is on.")] = None,
) -> None:
    """Print an operation's normal form and the plan of its requests, or who resolves what in the supergraph."""
    try:
        labels = Labels(label or (), chance=lambda: _ALMOST_ONE)
        engine = Engine(load_supergraph(supergraph.read_text()), {}, Limits(), labels=labels)
        typer.echo(_explained(engine, file, stage, operation, _values(variables)))
    except FederationError as error:
        raise InvalidInput(str(error)) from error


def _explained(
    engine: Engine, file: Path | None, stage: Stage | None, operation: str | None, variables: dict[str, Any]
) -> str:
    if stage is Stage.SUPERGRAPH:
        return print_supergraph(engine.supergraph)
    if file is None:
        raise InvalidInput("which operation? Give the file that it is in")
    text = file.read_text()
    if stage is None:
        return engine.explain(text, variables, operation)
    plan = engine.prepare(text, variables, operation).plan
    return print_operation(plan.operation) if stage is Stage.OPERATION else print_plan(plan)


def _values(variables: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(variables, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise InvalidInput(f"the variables are not a JSON object: {error}") from error
