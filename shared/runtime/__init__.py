"""A host runs a list of components; which resources they get is decided by URLs, where the host opens them.

settings.py    what the environment may say
component.py   what a service is to the host, and what the host is to a service
peers.py       asking another service: in this process or over HTTP
tables.py      what a component with tables has besides
host.py        the one exit stack: open, migrate, build, serve, drain, close
serving.py     the host's app over HTTP, until the process is asked to stop
collecting.py  the garbage collector of a process that serves
running.py     `python -m services.<name>`
health.py      /healthz /readyz /metrics
logging.py     structured lines, nothing secret
"""
