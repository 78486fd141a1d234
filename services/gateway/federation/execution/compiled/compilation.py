"""When a plan is compiled: as it is run for the second time.

Many operations come once only. Compiling costs as much as some runs save, and the structs of a plan over three
subgraphs hold 60 kB, which a full cache has five hundred times.
"""

from services.gateway.federation.execution.compiled.running import CompiledPlan, compile_plan
from services.gateway.federation.planning.plan import Plan
from services.gateway.federation.supergraph.model import Supergraph


class Compilation:
    """One plan's."""

    def __init__(self, supergraph: Supergraph, plan: Plan) -> None:
        self._supergraph = supergraph
        self._plan = plan
        self._runs = 0
        self._compiled: CompiledPlan | None = None

    def for_a_run(self) -> CompiledPlan | None:
        """None when the interpreter is to answer, which may be always so."""
        self._runs += 1
        if self._runs == 2:
            self._compiled = compile_plan(self._supergraph, self._plan)
        return self._compiled
