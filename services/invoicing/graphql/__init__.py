"""Invoicing's subgraph: invoices, and what they add to parents and cycles."""
