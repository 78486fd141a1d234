"""One database a service: PostgreSQL or SQLite by URL, with the same statements on both.

dialect.py      statements are written for PostgreSQL; this reads them for SQLite
sqlite.py       Tortoise's SQLite engine, with its cancellation and time traps closed
postgres.py     Tortoise's asyncpg engine, likewise, with statements that go straight to asyncpg
lending.py      its connections, from one borrower to the next
outage.py       a database that is not there, as clients are told of it
tls.py          whether what passes on the way there can be read by others
database.py     opening, binding to tasks, transactions, reading rows
row.py          what a statement reads
watch.py        noticing what any of a service's processes has changed
listing.py      rows that meet conditions, page by page in a stable order
migrations.py   Tortoise's own migrations under a lock, all or nothing
writing.py      writing sets of rows, several in one round trip
guards.py       checks, locks and partial indexes, which its schema generator leaves out
"""
