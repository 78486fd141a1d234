"""Statements over sets of rows, in PostgreSQL's words (shared/database/dialect.py)."""
