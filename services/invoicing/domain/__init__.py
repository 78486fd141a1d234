"""Invoicing's rules: values in, values out."""
