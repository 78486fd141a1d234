"""Telegram through aiogram. Imported only with a bot token: aiogram takes seconds to load."""
