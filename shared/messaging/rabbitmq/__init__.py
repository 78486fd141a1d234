"""The broker of many processes: RabbitMQ, 3.10 or later.

topology.py       exchanges and queues, their names and what they promise
wire.py           packs of events and dead letters as messages
link.py           the connection, which comes back by itself; publishing with confirms
subscription.py   one queue's events in micro-batches
dead_letters.py   reading and replaying what could not be delivered
broker.py         the adapter

An event is at all times in an outbox, or in a queue of which the server confirmed to have it on disk, or in the
inbox of the one who took it: each step ends only after the next has begun, so that a crash repeats and never loses.
"""
