"""People, sessions, prepaid packages and their ledger, low-package alerts, and the seal of a billing month."""
