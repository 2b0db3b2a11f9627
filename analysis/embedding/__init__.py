"""How texts become vectors of unit length: without a model, by a small one, from a column, or elsewhere."""

__all__ = [
    "coarse",
    "embedding_signal",
    "endpoint",
    "minilm",
    "nearest",
    "neighbours_signal",
    "own",
    "repository",
    "texts",
    "vectors",
    "weights",
]
