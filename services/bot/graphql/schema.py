"""The bot's subgraph."""

from services.bot.graphql.deliveries import LowPackageAlert
from services.bot.graphql.mutations import Mutation
from services.bot.graphql.queries import Query
from services.bot.graphql.rules import RULES
from services.bot.graphql.types import TelegramLink
from shared.graphql.schema import subgraph

SCHEMA = subgraph(RULES, Query, Mutation, types=[TelegramLink, LowPackageAlert])
