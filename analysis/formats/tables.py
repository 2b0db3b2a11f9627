"""The rows and columns of a typed table as the Python values that all other readers expect, made when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, overload

import polars as pl


class TableRows(Sequence[dict[str, Any]]):
    """The rows of a frame as dictionaries. They are made where someone asks for them, which takes longer than all else
    that is done with a plain table."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    @cached_property
    def _all(self) -> list[dict[str, Any]]:
        return self.frame.to_dicts()

    def __len__(self) -> int:
        return self.frame.height

    @overload
    def __getitem__(self, position: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[dict[str, Any]]: ...
    def __getitem__(self, position: int | slice) -> dict[str, Any] | Sequence[dict[str, Any]]:
        if isinstance(position, int):
            return self._all[position] if "_all" in self.__dict__ else self.frame.row(position, named=True)
        return self._all[position] if "_all" in self.__dict__ else self.frame[position].to_dicts()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._all)


class TableColumn(Sequence[Any]):
    """One column of a table as Python values, which are made where someone asks for them. `series`: the column."""

    def __init__(self, series: pl.Series) -> None:
        self.series = series

    @cached_property
    def _all(self) -> list[Any]:
        return self.series.to_list()

    def __len__(self) -> int:
        return len(self.series)

    def __getitem__(self, position: Any) -> Any:
        return self._all[position]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._all)

    def __contains__(self, value: object) -> bool:
        return self.series.null_count() > 0 if value is None else value in self._all

    def count(self, value: Any) -> int:
        return self.series.null_count() if value is None else self._all.count(value)

    def gather(self, positions: Sequence[int]) -> TableColumn:
        """The values at these positions."""
        return TableColumn(self.series.gather(pl.Series(positions, dtype=pl.UInt32)))
