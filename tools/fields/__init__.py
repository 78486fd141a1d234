"""The page of field rules, docs/fields.md, from the services' tables."""
