"""The parts of the pages Slices and Compare."""

__all__ = ["asked", "beside", "compare", "listed", "one_measure", "one_slice", "other", "sides"]
