"""Tortoise's migrations of packages; what it cannot express stands in them as SQL."""
