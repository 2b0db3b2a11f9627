"""Which passages are in most rows, and what is the text of each?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from analysis.dataset import Dataset
from analysis.duplicates.texts import turn_text
from analysis.joined_values import split_values
from analysis.personal_data.masking import masked_text
from analysis.signal import Signal

PASSAGE_CHARS = 2_000


def passages(dataset: Dataset, signal: Signal, rows: pl.Series | None = None, limit: int = 200) -> pl.DataFrame:
    """`span`, `rows`, `tokens`, `row` (the first with the passage) and `text`, most rows first, then longest first.

    With `rows` (positions) only passages in those rows, and the column `rows` counts only those rows. A text is cut
    after 2,000 characters.
    """
    everything = pl.int_range(dataset.height, dtype=pl.UInt32, eager=True)
    table = dataset.table_in(signal, "spans", everything if rows is None else rows)
    counted = table.group_by("span").agg(
        pl.col("row").n_unique().alias("rows"), pl.exclude("row", "rows").first(), pl.col("row").first()
    )
    top = counted.sort("rows", "tokens", "span", descending=[True, True, False]).head(limit)
    texts = [
        text[line["start"] : min(line["end"], line["start"] + PASSAGE_CHARS)]
        for line, text in _texts(dataset, signal, top)
    ]
    return top.select("span", "rows", "tokens", "row").with_columns(text=pl.Series(texts, dtype=pl.String))


def passages_aside(dataset: Dataset, limit: int = 5) -> pl.DataFrame:
    """`row` (the first with it), `field`, `rows`, `words` and `text`: the passages that near_pairs set aside in most
    rows. Personal data in them is masked."""
    from analysis.personal_data.scanning import scanner

    every = pl.int_range(dataset.height, dtype=pl.UInt32, eager=True)
    signal = dataset.signal("near_pairs")
    lines = dataset.table_in(signal, "aside", every).sort("rows", "words", descending=True).head(limit)
    texts = pl.Series([text for _, text in _texts(dataset, signal, lines)], dtype=pl.String).str.normalize("NFC")
    passages = [
        text[start:end].strip()[:PASSAGE_CHARS]
        for text, start, end in zip(texts, lines["start"], lines["end"], strict=True)
    ]
    scans = scanner().scan(pl.Series(passages, dtype=pl.String)) if passages else {}
    masked = [
        masked_text(text, [(hit.start, hit.end, hit.type, False) for hit in scans[number].hits])
        if number in scans
        else text
        for number, text in enumerate(passages)
    ]
    return lines.select("row", "field", "rows", "words").with_columns(text=pl.Series(masked, dtype=pl.String))


def _texts(dataset: Dataset, signal: Signal, lines: pl.DataFrame) -> Iterator[tuple[dict[str, Any], str]]:
    """Each line with the whole text that it is in: a column, or a message with all its texts."""
    column = str(signal.parameters.get("column"))
    for line in lines.iter_rows(named=True):
        name = split_values(column)[0] if line["field"] == "column" else str(line["field"])
        text = dataset.frame([name], pl.Series([line["row"]], dtype=pl.UInt32))[name][0]
        if line["turn"] is not None:
            text = turn_text(text[line["turn"]], reasoning=signal.parameters.get("over") == "row")
        yield line, str(text)
