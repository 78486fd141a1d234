"""One file for each thing the bot can do; one transaction each, committed at its edge."""
