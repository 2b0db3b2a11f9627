"""How long are the texts, in which language?"""

__all__: list[str] = []  # only signals, which are public by their names
