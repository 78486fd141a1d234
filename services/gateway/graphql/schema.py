"""The gateway's own subgraph."""

from services.gateway.graphql.queries import Query
from services.gateway.graphql.rules import RULES
from shared.graphql.schema import subgraph

SCHEMA = subgraph(RULES, Query)
