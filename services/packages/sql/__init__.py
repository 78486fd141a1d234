"""Statements of packages, each over a set of rows; written for PostgreSQL and read for SQLite."""
