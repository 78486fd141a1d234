"""The rules of packages: values in, values out."""
