"""Documents on disk or in a bucket: one port, chosen by URL where the host opens it."""
