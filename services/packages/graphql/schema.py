"""The subgraph of packages."""

from services.packages.graphql.mutations import Mutation
from services.packages.graphql.queries import Query
from services.packages.graphql.rules import RULES
from services.packages.graphql.subscriptions import Subscription
from services.packages.graphql.types import LowPackageAlert
from shared.graphql.schema import subgraph

SCHEMA = subgraph(RULES, Query, Mutation, Subscription, types=[LowPackageAlert])
