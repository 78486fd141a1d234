"""Invoicing's subgraph."""

from services.invoicing.graphql.invoices import BillingCycle, Invoice, Parent
from services.invoicing.graphql.mutations import Mutation
from services.invoicing.graphql.queries import Query
from services.invoicing.graphql.rules import RULES
from shared.graphql.schema import subgraph

SCHEMA = subgraph(RULES, query=Query, mutation=Mutation, types=[Invoice, Parent, BillingCycle])
