"""What every subgraph's schema is made with.

context.py   who asks, and whether money is frozen for them
scalars.py   Month and Decimal
money.py     Money and Document, and what stands for them
rules.py     who may see which field, and the freeze: a table that the schema is held to
pages.py     Relay connections
listed.py    a connection over what a listing reads
columns.py   types that stand on a row
loading.py   rows that are read many at a time, and fields that need them
entities.py  what other subgraphs refer to by its key
audit.py     what coordinators did, as a connection
refusals.py  errors[].extensions.code
plans.py     how the fields of a selection are answered, for many objects at once
leaves.py    how scalars are written, many at once
execution.py objects and lists answered by plans, and by graphql-core where a plan does not know how
documents.py what was parsed, validated and planned before
schema.py    a federation subgraph with its documents, limits and masks
server.py    the schema over HTTP, behind a token
live.py      what a subscription hears, as long as its token lives
"""
