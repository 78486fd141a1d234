"""What every service stands on; a thing used by one service only does not belong here."""
