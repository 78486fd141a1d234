"""The packages subgraph: parse, call, render.

context.py     what a resolver works with
loaders.py     batch reads behind DataLoaders
types.py       the entities
filters.py     what lists can be narrowed by
inputs.py      what mutations take
imports.py     what they take many of at a time
queries.py     mutations.py     schema.py
"""
