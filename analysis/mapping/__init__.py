"""The map of a dataset: where rows lie, which lie together, what these have in common, and which to pick."""
