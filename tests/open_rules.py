"""A table of rules in which everybody may see everything, for schemas that tests make up."""

import strawberry
from graphql import GraphQLObjectType, get_named_type
from strawberry.schema.config import StrawberryConfig

from shared.graphql.rules import EVERYBODY, Rules, money
from shared.graphql.scalars import SCALARS


def open_rules(query: type) -> Rules:
    config = StrawberryConfig(scalar_map=SCALARS)
    schema = strawberry.federation.Schema(query, config=config)._schema
    return {
        type_.name: {
            name: money(EVERYBODY) if get_named_type(field.type).name in ("Money", "Document") else EVERYBODY
            for name, field in type_.fields.items()
            if not name.startswith("_")
        }
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("_")
    }
