"""What billing can do: one file each, one transaction each."""
