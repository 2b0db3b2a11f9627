"""Are the columns of given rows the same, wherever they are computed?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl
import pytest

from analysis.catalogue import CATALOGUE
from analysis.computing import given_rows
from analysis.computing.given_rows import computed_rows
from analysis.computing.runners import run_in_processes
from analysis.dataset.folder import CANONICAL
from analysis.signal import Signal


def rows(count: int) -> pl.DataFrame:
    """Rows that answer with 0, 1, 2 … words of one token each."""
    texts = {"response": [" word" * n or None for n in range(count)]}
    frame = pl.DataFrame({"row_id": [f"r{n}" for n in range(count)], **texts})
    signal = CATALOGUE["tokens"]
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in inputs(signal).items() if name not in frame.columns]
    return frame.with_columns(absent)


def inputs(signal: Signal) -> dict[str, pl.DataType]:
    return {name: CANONICAL[name] for name in signal.inputs}


@pytest.mark.parametrize(("count", "pays", "in_processes"), [(3, 0.0, False), (700, 60.0, False), (700, 0.0, True)])
def test_the_columns_are_the_same(monkeypatch: pytest.MonkeyPatch, count: int, pays: float, in_processes: bool) -> None:
    used: list[str] = []

    def processes(signal: Signal, chunks: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        used.append(signal.name)
        return run_in_processes(signal, chunks)

    monkeypatch.setattr(given_rows, "run_in_processes", processes)
    monkeypatch.setattr(given_rows, "PROCESSES_PAY_S", pays)
    columns = computed_rows(CATALOGUE["tokens"], rows(count))
    assert columns["row_id"].to_list() == [f"r{n}" for n in range(count)]
    assert columns["row_tokens"].to_list() == [n or None for n in range(count)]
    assert columns.columns == ["row_id", *CATALOGUE["tokens"].adds]
    assert bool(used) == in_processes
