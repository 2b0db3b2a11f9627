"""How texts become vectors of unit length: without a model, by a small one, from a column, or elsewhere."""

__all__ = [
    "coarse",
    "endpoint",
    "minilm",
    "nearest",
    "own",
    "repository",
    "texts",
    "vectors",
    "weights",
]
