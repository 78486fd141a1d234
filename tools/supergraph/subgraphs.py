"""The services' schemas, as they are and as they are committed."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from shared.graphql.rules import Rules
from shared.graphql.schema import Subgraph
from tools.supergraph.composition import SubgraphSchema

SERVICES = ("packages", "billing", "invoicing", "bot", "gateway")
SERVICES_FOLDER = Path(__file__).parents[2] / "services"
SUPERGRAPH = SERVICES_FOLDER / "gateway" / "supergraph.graphql"


def sdl_file(service: str) -> Path:
    """Where the service's SDL is committed."""
    return SERVICES_FOLDER / "gateway" / "subgraphs" / f"{service}.graphql"


def services_with_a_schema() -> list[str]:
    return [name for name in SERVICES if (SERVICES_FOLDER / name / "graphql" / "schema.py").is_file()]


def schema_of(service: str) -> Subgraph:
    schema: Subgraph = import_module(f"services.{service}.graphql.schema").SCHEMA
    return schema


def printed_sdl(service: str) -> str:
    """The service's SDL as its schema prints it now."""
    return schema_of(service).as_str().rstrip() + "\n"


def rules_of(service: str) -> Rules:
    """Who may see which of its fields."""
    return schema_of(service).rules


def printed_subgraphs() -> Iterator[SubgraphSchema]:
    for name in services_with_a_schema():
        yield SubgraphSchema(name, f"http://{name}/graphql", printed_sdl(name))


def committed_subgraphs() -> Iterator[SubgraphSchema]:
    for name in services_with_a_schema():
        yield SubgraphSchema(name, f"http://{name}/graphql", sdl_file(name).read_text())
