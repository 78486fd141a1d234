"""Who is asking: ES256 tokens, the keys that verify them, and the viewer they name."""
