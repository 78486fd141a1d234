"""A federation engine: one graph over many subgraphs. See the README next to this file for how it works."""

from services.gateway.federation.errors import (
    FederationError,
    PlanningError,
    RequestError,
    SubgraphUnavailable,
    SupergraphError,
)
from services.gateway.federation.execution.engine import Engine, Prepared
from services.gateway.federation.execution.subgraph import FetchRequest, Subgraph
from services.gateway.federation.operation.limits import Limits
from services.gateway.federation.operation.normal_form import print_operation
from services.gateway.federation.planning.plan import print_plan
from services.gateway.federation.supergraph.labels import Labels
from services.gateway.federation.supergraph.loader import load_supergraph
from services.gateway.federation.supergraph.model import Supergraph, print_supergraph

__all__ = [
    "Engine",
    "FederationError",
    "FetchRequest",
    "Labels",
    "Limits",
    "PlanningError",
    "Prepared",
    "RequestError",
    "Subgraph",
    "SubgraphUnavailable",
    "Supergraph",
    "SupergraphError",
    "load_supergraph",
    "print_operation",
    "print_plan",
    "print_supergraph",
]
