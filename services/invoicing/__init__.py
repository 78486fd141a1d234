"""Invoices: numbered, rendered, and what is paid of them."""
