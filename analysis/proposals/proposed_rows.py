"""The rows of a dataset that have proposed texts, with these texts in the place of their own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import polars as pl

from analysis.dataset import Dataset
from analysis.dataset.folder import CANONICAL, MESSAGES
from analysis.formats.message_columns import messages_series
from analysis.formats.messages import Message
from analysis.formats.named_texts import CHATS, PLAIN, READ
from analysis.proposals.rewriting import Rewritten, rewritten_row
from analysis.signal import ROW_ID


class ProposedRows:
    """The proposed texts of a dataset, row by row; nothing is read before it is asked for."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.reads = [name for name in READ if name in dataset.canonical]

    @cached_property
    def mask(self) -> pl.Series:
        """For each row of the dataset whether it has a proposed text."""
        return self.dataset.column(ROW_ID).is_in(self.dataset.proposals[ROW_ID].implode())

    @cached_property
    def by_row(self) -> Mapping[str, Rewritten]:
        """Row id -> the row with its proposed texts. Costs some microseconds per row: see `rewritten` for some rows."""
        return self.rewritten()

    def rewritten(self, row_ids: pl.Series | None = None) -> Mapping[str, Rewritten]:
        """The same of these rows; of all where none are named."""
        proposals = self.dataset.proposals
        if row_ids is not None:
            if row_ids.is_empty():
                return {}
            proposals = proposals.filter(pl.col(ROW_ID).is_in(row_ids.implode()))
        proposed = proposed_by_row(proposals)
        rewritten = {}
        for batch in self.batches([ROW_ID, *self.reads]):
            wanted = batch if row_ids is None else batch.filter(pl.col(ROW_ID).is_in(row_ids.implode()))
            for row in wanted.iter_rows(named=True):
                rewritten[row[ROW_ID]] = rewritten_row(row, proposed[row[ROW_ID]])
        return rewritten

    @cached_property
    def of_chats(self) -> Mapping[str, Rewritten]:
        """The same of the rows that have messages, whose texts are rewritten one by one."""
        return self.rewritten(self.own.filter(~pl.col("is_plain"))[ROW_ID])

    @cached_property
    def own(self) -> pl.DataFrame:
        """`row_id`, `is_plain` (whether the row has no messages), `is_single` (whether it has neither raw text nor
        messages, nor an empty list of them), and each canonical column of plain texts without proposed texts."""
        plain = [name for name in PLAIN if name in self.reads]
        chats = [name for name in CHATS if name in self.reads]
        has_messages = pl.any_horizontal(
            pl.lit(False), *((pl.col(name).list.len() > 0).fill_null(False) for name in chats)
        )
        unlike = [pl.col(name).is_null() for name in ("text", *CHATS) if name in self.reads]
        is_single = pl.all_horizontal(pl.lit(True), *unlike)
        schema = {
            ROW_ID: pl.String(),
            "is_plain": pl.Boolean(),
            "is_single": pl.Boolean(),
            **{name: CANONICAL[name] for name in plain},
        }
        frames = [
            batch.select(ROW_ID, (~has_messages).alias("is_plain"), is_single.alias("is_single"), *plain)
            for batch in self.batches([ROW_ID, *plain, *chats])
        ]
        return pl.concat([pl.DataFrame(schema=schema), *frames])

    @cached_property
    def edits(self) -> pl.DataFrame:
        """The proposed texts of plain rows, one per line: `row_id`, `field`, `text`, `old` (the row's own text),
        `is_placed` (whether the row has the field) and `is_alone` (whether no other text of the row is as `old`)."""
        raw = pl.col("text").is_not_null() if "text" in self.reads else pl.lit(False)
        fields = [name for name in PLAIN if name in self.reads]
        source = self.own.filter("is_plain").select(
            ROW_ID, pl.struct(*fields).alias("\0own") if fields else pl.lit(None).alias("\0own"), raw.alias("\0raw")
        )
        lines = self.dataset.proposals.select(ROW_ID, "field", "text").unique([ROW_ID, "field"], keep="last")
        joined = lines.join(source, on=ROW_ID, how="inner")
        of_field = {name: pl.col("\0own").struct.field(name) for name in fields}
        old = pl.coalesce(
            pl.lit(None, pl.String), *(pl.when(pl.col("field") == name).then(text) for name, text in of_field.items())
        )
        is_of_row = pl.col("field").is_in(fields) & (
            pl.col("old").is_not_null() | (~pl.col("\0raw") & (pl.col("field") != "text"))
        )
        same = [(text == pl.col("old")).fill_null(False) for text in of_field.values()]
        is_alone = pl.sum_horizontal(pl.lit(0), *same) == 1
        columns = (ROW_ID, "field", "text", "old")
        return joined.with_columns(old=old).select(*columns, is_placed=is_of_row, is_alone=is_alone)

    @cached_property
    def changes(self) -> pl.DataFrame:
        """Those of `edits` that change a text."""
        return self.edits.filter(pl.col("is_placed") & pl.col("text").ne_missing(pl.col("old")))

    @cached_property
    def unplaced(self) -> Mapping[str, tuple[str, ...]]:
        """Row id -> the fields of its proposed texts that the row does not have; without rows that have all."""
        lines = self.edits.filter(~pl.col("is_placed")).group_by(ROW_ID).agg("field")
        of_chats = {row_id: row.unplaced for row_id, row in self.of_chats.items() if row.unplaced}
        return {**of_chats, **{row_id: tuple(fields) for row_id, fields in lines.iter_rows()}}

    def batches(self, columns: list[str], *, of_source: bool = False) -> list[pl.DataFrame]:
        """These columns of the rows with proposed texts as they are without them, part by part. `of_source`: a name of
        a canonical column that the dataset does not have means the source's column of that name."""
        read = self.dataset.batches if of_source else self.dataset.canonical_batches
        frames, start = [], 0
        for height in self.dataset.meta["part_rows"]:
            inside = self.mask.slice(start, height)
            if inside.any():
                frames += [batch.filter(inside) for batch in read(columns, start, height)]
            start += height
        return frames

    @cached_property
    def table(self) -> pl.DataFrame:
        """`row_id`, and each canonical column of texts as the rows have it with their proposed texts."""
        frames = [self._with_texts(batch) for batch in self.batches([ROW_ID, *self.reads])]
        schema = {ROW_ID: pl.String(), **{name: CANONICAL[name] for name in self.reads}}
        return pl.concat([pl.DataFrame(schema=schema), *frames])

    def _with_texts(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The batch with the new texts of its rows: of plain rows column by column, of others row by row."""
        batch = self._with_plain_texts(batch)
        rows = [self.of_chats.get(row_id) for row_id in batch[ROW_ID]] if self.of_chats else []
        changes = [row.columns if row else {} for row in rows]
        columns = [batch[ROW_ID]]
        for name in self.reads:
            if any(name in change for change in changes):
                values = [c.get(name, v) for c, v in zip(changes, batch[name].to_list(), strict=True)]
                columns.append(_series(name, values))
            else:
                columns.append(batch[name])
        return pl.DataFrame(columns)

    def _with_plain_texts(self, batch: pl.DataFrame) -> pl.DataFrame:
        new = self._new_texts
        names = [name for name in new.columns if name != ROW_ID]
        joined = batch.join(
            new.rename({name: f"\0{name}" for name in names}), on=ROW_ID, how="left", maintain_order="left"
        )
        after = {name: pl.coalesce(f"\0{name}", name) for name in names}
        spoken = [name for name in ("prompt", "response") if name in self.reads]
        columns = [text.alias(name) for name, text in after.items()]
        if "n_turns" in self.reads and (
            changed := [pl.col(f"\0{name}").is_not_null() for name in spoken if name in names]
        ):
            turns = pl.sum_horizontal(after.get(name, pl.col(name)).fill_null("") != "" for name in spoken)
            n_turns = pl.when(pl.any_horizontal(changed)).then(turns.cast(CANONICAL["n_turns"])).otherwise("n_turns")
            columns.append(n_turns.alias("n_turns"))
        return joined.with_columns(columns).select(batch.columns)

    @cached_property
    def _new_texts(self) -> pl.DataFrame:
        """`row_id` and, by field, the texts of plain rows that are not their own; null where nothing changes."""
        return self.changes.pivot("field", index=ROW_ID, values="text")

    def taken(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame of rows (with `row_id`) with the proposed texts in its canonical columns."""
        names = [name for name in self.reads if name in frame.columns]
        return replaced(frame, self.table.select(ROW_ID, *names)) if names else frame


def proposed_by_row(proposals: pl.DataFrame) -> dict[str, dict[str, str]]:
    """Row id -> field -> proposed text."""
    by_row: dict[str, dict[str, str]] = {}
    for row_id, field, text in proposals.select(ROW_ID, "field", "text").iter_rows():
        by_row.setdefault(row_id, {})[field] = text
    return by_row


def replaced(frame: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """The frame with the values of `new`, which has some of its rows by `row_id`, in the columns that `new` has."""
    names = [name for name in new.columns if name != ROW_ID]
    if not names or new.is_empty() or not frame[ROW_ID].is_in(new[ROW_ID].implode()).any():
        return frame
    beside = new.rename({name: f"\0{name}" for name in names}).with_columns(pl.lit(True).alias("\0new"))
    joined = frame.join(beside, on=ROW_ID, how="left", maintain_order="left")
    values = (pl.when(pl.col("\0new")).then(pl.col(f"\0{name}")).otherwise(pl.col(name)).alias(name) for name in names)
    return joined.with_columns(values).select(frame.columns)


def _series(name: str, values: list[Any]) -> pl.Series:
    if CANONICAL[name] == MESSAGES:
        return messages_series(name, [None if chat is None else [Message(**m) for m in chat] for chat in values])
    return pl.Series(name, values, dtype=CANONICAL[name])
