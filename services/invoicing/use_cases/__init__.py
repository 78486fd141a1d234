"""What invoicing can do: a file each."""
