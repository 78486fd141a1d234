"""What every subgraph's schema is made with.

context.py   who asks, and whether money is frozen for them
scalars.py   Month and Decimal
money.py     Money and Document, and what stands for them
rules.py     who may see which field, and the freeze: a table that the schema is held to
pages.py     Relay connections
ahead.py     what a list's rows refer to, read before they are answered
audit.py     what coordinators did, as a connection
refusals.py  errors[].extensions.code
execution.py fields that are attributes, read without resolvers
schema.py    a federation subgraph with its caches, limits and masks
server.py    the schema over HTTP, behind a token
live.py      what a subscription hears, as long as its token lives
"""
