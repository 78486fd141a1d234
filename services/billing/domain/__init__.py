"""What billing's numbers mean: values in, values out."""
