"""Facts that leave a service by its outbox and arrive in another through its inbox.

envelope.py    an event as it travels
broker.py      the port: publish events, subscribe a queue
memory.py      the broker of one process        (memory://)
delivery.py    what a subscriber does with a batch that fails: one by one, again, then aside
outbox.py      stage in the transaction of the rows; relay after it
inbox.py       each event takes effect once, in the transaction of its effect
tables.py      the columns of both
work.py        what a use case works with
"""
