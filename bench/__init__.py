"""Benchmarks: `python -m bench.NAME` prints a table to read, then a last line `RESULT name=value ...`.

Each runs beside a peer or a floor in the same process of the same run, so that its ratios hold on any machine.
"""
