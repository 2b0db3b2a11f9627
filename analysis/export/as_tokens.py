"""Writes rows as a trainer takes them: the rendered text, its token ids, and labels that mask what is not trained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl

from analysis.counted import count
from analysis.dataset import Dataset
from analysis.errors import ExportError, TemplateError
from analysis.export.flat import write_parquet
from analysis.export.outfiles import OutFile, Written, type_in_words
from analysis.signal import ROW_ID
from analysis.training.choice import Choice
from analysis.training.controls import estimated
from analysis.training.keeping import chosen, is_chosen
from analysis.training.reading import Reader, SeenRow

MASKED = -100
"""The label of a token that is not trained: PyTorch's cross entropy leaves it out."""
COLUMNS: Mapping[str, pl.DataType] = {
    ROW_ID: pl.String(),
    "text": pl.String(),
    "input_ids": pl.List(pl.Int32()),
    "attention_mask": pl.List(pl.Int8()),
    "labels": pl.List(pl.Int32()),
}
FEW_ROWS = 1_000
READ = ("messages", "tools", "system", "prompt", "response")


def choice_of(dataset: Dataset) -> Choice:
    """The template, tokenizer and mask rule kept with the dataset. Raises ExportError where none was chosen."""
    if not is_chosen(dataset):
        raise ExportError(
            f"No chat template was chosen for {dataset.name}, so there are no tokens to export; choose one on the page "
            "Training, or with: winnow trainer DATASET --template NAME."
        )
    return chosen(dataset)


def read_for_tokens(dataset: Dataset) -> list[str]:
    """The columns of which a row is rendered, and its id."""
    return [ROW_ID, *(name for name in READ if name in dataset.canonical)]


def cautions(dataset: Dataset) -> list[str]:
    """What a person should know before the tokens go out: that they are of a tokenizer of another family."""
    choice = choice_of(dataset)
    name = Path(choice.tokenizer).name
    return [told] if (told := estimated(choice.renderer().template, choice.reader(), name)) else []


def write_tokens(to: str, choice: Choice, frames: Iterable[pl.DataFrame], path: Path) -> Written:
    """Writes the rows of `frames` with the columns of COLUMNS, as JSON lines or as Parquet.

    `text` is the whole rendered text. The lists hold the tokens that are left at the maximum length.
    """
    tokenizing = _Tokenizing(Reader(choice))
    tables = (tokenizing.table(few) for frame in frames for few in frame.iter_slices(FEW_ROWS))
    written = write_parquet(tables, COLUMNS, path) if to == "tokens_parquet" else _write_lines(tables, path)
    written.notes += tokenizing.notes()
    return written


def _write_lines(tables: Iterable[pl.DataFrame], path: Path) -> Written:
    written = Written(columns={name: type_in_words(dtype) for name, dtype in COLUMNS.items()})
    with OutFile(path) as file:
        for table in tables:
            rows = table.iter_rows(named=True)
            file.write(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
            file.rows += table.height
    written.files.append(file.described())
    return written


class _Tokenizing:
    """Renders and encodes rows, and counts what a person should know of the result."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.shortened = self.untrained = 0

    def table(self, frame: pl.DataFrame) -> pl.DataFrame:
        return pl.DataFrame(list(self._records(frame)), schema=dict(COLUMNS), orient="row")

    def _records(self, frame: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
        for row in frame.iter_rows(named=True):
            seen = self._see(row)
            ids = np.asarray(seen.tokens.ids, dtype=np.int32)
            labels = np.where(seen.is_trained(), ids, MASKED)
            if seen.lost is not None:
                ids, labels = ids[~seen.lost], labels[~seen.lost]
                self.shortened += bool(seen.lost.any())
            self.untrained += not (labels != MASKED).any()
            yield row[ROW_ID], seen.rendered.text, ids.tolist(), [1] * len(ids), labels.tolist()

    def _see(self, row: Mapping[str, Any]) -> SeenRow:
        """One row as the trainer sees it; the rows that the template refuses were left out before."""
        try:
            seen = self.reader.see(row)
        except TemplateError as error:
            raise ExportError(
                f"The template refuses row {row[ROW_ID]} as it is to be exported, after its texts were changed "
                f"({error}); leave the row out, or change less."
            ) from None
        if seen is None:
            raise ExportError(f"Row {row[ROW_ID]} has no chat left to export, after its texts were changed.")
        return seen

    def notes(self) -> list[str]:
        """Sentences for the receipt and the card."""
        choice = self.reader.choice
        notes = [
            f"Rendered by a chat template, encoded by the tokenizer {Path(choice.tokenizer).name}, masked by the rule "
            f"{choice.rule}; a label of {MASKED} is not trained. The receipt has the template."
        ]
        if caution := estimated(self.reader.renderer.template, self.reader.tokenizer, Path(choice.tokenizer).name):
            notes.append(caution)
        if self.shortened:
            notes.append(f"Cut to {choice.max_length:,} tokens ({choice.truncation}): {count(self.shortened)}.")
        if self.untrained:
            notes.append(f"Without a trained token once the texts were changed: {count(self.untrained)}.")
        return notes
