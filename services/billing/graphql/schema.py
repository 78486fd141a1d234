"""The subgraph."""

from services.billing.graphql.mutations import Mutation
from services.billing.graphql.queries import Query
from services.billing.graphql.rules import RULES
from services.billing.graphql.subscriptions import Subscription
from services.billing.graphql.types import Session, Tutor
from shared.graphql.schema import subgraph

SCHEMA = subgraph(RULES, Query, Mutation, Subscription, types=[Session, Tutor])
