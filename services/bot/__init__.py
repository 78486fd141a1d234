"""The Telegram bot: links chats to people, answers them, and pushes alerts."""
