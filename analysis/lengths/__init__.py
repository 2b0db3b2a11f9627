"""How long are the texts, in which language?"""

__all__ = []
