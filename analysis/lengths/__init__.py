"""How long are the texts, in which language?"""

__all__ = ["language_signal", "lengths_signal", "tokens_signal"]
