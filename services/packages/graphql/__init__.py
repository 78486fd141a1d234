"""The packages subgraph: parse, call, render.

context.py     what a resolver works with
loaders.py     batch reads behind DataLoaders
types.py       the entities
filters.py     what lists can be narrowed by
inputs.py      what mutations take
queries.py     mutations.py     schema.py
"""
