"""Facts that leave a service by its outbox and arrive in another through its inbox.

envelope.py    an event as it travels
broker.py      the port: publish events, subscribe a queue
opening.py     the adapter that a URL names
memory.py      the broker of one process        (memory://)
rabbitmq/      the broker of many               (amqp://)
delivery.py    what becomes of a batch that fails: halved, tried again, then aside
outbox.py      stage in the transaction of the rows; relay after it
inbox.py       each event takes effect once, in the transaction of its effect
tables.py      the columns of both
arrivals.py    waiting a moment for what another service has just told of
work.py        what a use case works with
"""
