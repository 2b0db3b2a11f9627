"""How do slices of the rows, by column, time or quantile, differ from the rest?"""

__all__ = ["apart", "dimensions", "distributions", "families", "joined", "measures", "slices", "splits"]
