"""Who may reach the server and what it answers with: address, callers, token, headers."""

__all__ = ["callers", "guards", "headers", "listening", "token"]
