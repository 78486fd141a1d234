"""How this service's tables came to be, step by step."""
