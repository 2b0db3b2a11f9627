"""What pages do with rows: list them, tag them, mask them, find similar ones."""

__all__ = ["browser", "cluster_names", "like", "masking", "tagging", "ticked", "vectors"]
