"""A made-up tutoring organisation: the same for the same seed and day."""
