"""The gateway's own subgraph."""

from services.gateway.graphql.queries import Query
from shared.graphql.schema import subgraph

SCHEMA = subgraph(Query)
