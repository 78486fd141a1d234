"""Billing's subgraph: parse, call, render."""
