"""What a signal reads off a sentence: where a text holds its request, in which language, and what it asks for."""

__all__ = ["languages", "requests", "sentences", "tree", "words"]
