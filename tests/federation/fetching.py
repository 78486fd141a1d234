"""Requests to subgraphs as the engine makes them."""

import json
from collections.abc import Mapping
from typing import Any

from services.gateway.federation import FetchRequest


def fetch_request(
    query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None, context: object = None
) -> FetchRequest:
    asked = {"query": query, "operationName": operation_name, "variables": variables or {}}
    return FetchRequest(json.dumps(asked).encode(), query, operation_name, not query.startswith("mutation"), context)
