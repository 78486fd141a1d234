"""The command line, and the demo organisation that it can load."""
