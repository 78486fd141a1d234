"""The text of the requests to subgraphs.

The same plan always gives the same bytes, and values travel as variables: a subgraph that caches parsed documents by
their text finds them there.
"""

from collections.abc import Iterable, Sequence

from services.gateway.federation.operation.normal_form import Operation
from services.gateway.federation.operation.selection import Selections, print_compact, variables_of
from services.gateway.federation.planning.plan import EntityCall


def used_variables(operation: Operation, selections: Selections) -> tuple[str, ...]:
    """The operation's variables that the selections name, in order of declaration."""
    used = set(variables_of(selections))
    return tuple(name for name in operation.variables if name in used)


def print_root_query(operation: Operation, kind: str, selections: Selections, variables: tuple[str, ...]) -> str:
    """`query ($a: Int) { ... }`."""
    parameters = _parameters(operation.variables[name] for name in variables)
    return f"{_head(kind, operation)}{parameters} {{ {print_compact(selections)} }}"


def print_entity_query(operation: Operation, calls: Sequence[EntityCall], variables: tuple[str, ...]) -> str:
    """`query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on T { ... } } }`."""
    parameters = _parameters(
        [*(f"${call.variable}: [_Any!]!" for call in calls), *(operation.variables[name] for name in variables)]
    )
    return f"{_head('query', operation)}{parameters} {{ {' '.join(_print_call(call) for call in calls)} }}"


def _print_call(call: EntityCall) -> str:
    alias = "" if call.alias == "_entities" else f"{call.alias}: "
    inner = f"... on {call.type_name} {{ {print_compact(call.selections)} }}"
    return f"{alias}_entities(representations: ${call.variable}) {{ {inner} }}"


def _parameters(definitions: Iterable[str]) -> str:
    printed = ", ".join(definitions)
    return f"({printed})" if printed else ""


def _head(kind: str, operation: Operation) -> str:
    """Named as the client named it, so that a subgraph's log says what it was for."""
    return f"{kind} {operation.name}" if operation.name else kind
