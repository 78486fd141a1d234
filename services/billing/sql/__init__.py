"""Statements over whole sets, in PostgreSQL's words; shared/database/dialect.py hands SQLite its own."""
