"""The bot's rules: values in, values out."""
