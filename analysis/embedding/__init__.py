"""How texts become vectors of unit length: without a model, by a small one, from a column, or elsewhere."""
