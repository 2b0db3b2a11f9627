"""How long are the texts, in which language?"""

__all__: list[str] = []  # signals only, which are public by their name
