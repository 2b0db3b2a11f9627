"""Which texts break the rules by which others chose their training data? The rules of Gopher, C4 and Self-Instruct."""

__all__: list[str] = []
