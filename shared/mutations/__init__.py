"""What a mutation that touches money carries: an idempotency key, and an entry that says who did it and why."""
