"""Removes the chosen kinds of noise from exported texts; the dataset does not change."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analysis.dataset import Dataset
from analysis.dataset.folder import MESSAGES, TEXTS
from analysis.formats.columns import MESSAGE
from analysis.noise import cleaned_texts
from analysis.signal import ROW_ID

TEXT_ROLES = ("prompt", "input", "response", "rejected", "system", "text")


class Cleaner:
    """Cleans frame by frame; `rows` counts the rows in which a text changed: a frame in which a row may have several
    lines has their ids."""

    def __init__(self, dataset: Dataset, kinds: Sequence[str]) -> None:
        self.kinds = tuple(kinds)
        self.rows = 0
        self._names = {*TEXTS, *(dataset.roles[role] for role in TEXT_ROLES if role in dataset.roles)}

    def __call__(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with its texts cleaned: canonical texts, messages, and the columns they were made from."""
        if not self.kinds:
            return frame
        changed = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
        columns = []
        for column in frame.select(name for name in frame.columns if name in self._names):
            new = self._clean_chats(column) if column.dtype == MESSAGES else self._clean_texts(column)
            columns.append(new)
            changed = changed | column.ne_missing(new)
        self.rows += frame.filter(changed)[ROW_ID].n_unique() if ROW_ID in frame.columns else int(changed.sum())
        return frame.with_columns(columns)

    def notes(self) -> list[str]:
        """The sentences for the card and the receipt."""
        if not self.kinds:
            return []
        rows = "1 row was" if self.rows == 1 else f"{self.rows:,} rows were"
        return [f"{rows} cleaned of {', '.join(self.kinds)}; tokens are counted before cleaning."]

    def _clean_texts(self, texts: pl.Series) -> pl.Series:
        return cleaned_texts(texts, self.kinds) if texts.dtype == pl.String else texts

    def _clean_chats(self, chats: pl.Series) -> pl.Series:
        """Each message's content cleaned; an empty chat and a null do not change."""
        lines = pl.DataFrame({"row": pl.int_range(len(chats), dtype=pl.UInt32, eager=True), "message": chats})
        turns = lines.filter(pl.col("message").list.len() > 0).explode("message").unnest("message")
        if turns.is_empty():
            return chats
        turns = turns.with_columns(cleaned_texts(turns["content"], self.kinds).alias("content"))
        entry = pl.struct(field.name for field in MESSAGE.fields).alias("message")
        cleaned = turns.select("row", entry).group_by("row", maintain_order=True).agg("message")
        joined = lines.select("row", before="message").join(cleaned, on="row", how="left", maintain_order="left")
        return joined.select(pl.coalesce("message", "before").alias(chats.name)).to_series()
