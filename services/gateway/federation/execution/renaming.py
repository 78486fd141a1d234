"""What was asked for under an alias gets its own key back, before anything else looks at it."""

from typing import Any

from services.gateway.federation.execution.subgraph import SubgraphResponse
from services.gateway.federation.planning.plan import Renames


def with_own_keys(response: SubgraphResponse, renames: Renames) -> SubgraphResponse:
    """The response as if nothing had been renamed. An alias is used nowhere else in its request."""
    if not renames:
        return response
    keys = dict(renames)
    errors = [{**error, "path": _path(error.get("path"), keys)} for error in response.errors]
    return SubgraphResponse(_data(response.data, keys), errors)


def _data(value: Any, keys: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {keys.get(key, key): _data(inner, keys) for key, inner in value.items()}
    if isinstance(value, list):
        return [_data(inner, keys) for inner in value]
    return value


def _path(path: Any, keys: dict[str, str]) -> Any:
    return [keys.get(key, key) if isinstance(key, str) else key for key in path] if isinstance(path, list) else path
