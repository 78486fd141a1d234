"""What packages can do: a file each, a transaction each, committed at its edge.

A use case takes the work, its input and who asks; it returns the id of what it made or changed. Refusals are
raised and change nothing.
"""
