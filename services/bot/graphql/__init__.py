"""The bot's subgraph: linking a chat."""
