"""Which rows are exported, and for which reason is each other row dropped?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from analysis.dataset import Dataset
from analysis.errors import ExportError
from analysis.export.fitting import batches, fitting
from analysis.export.proposed.taking import Taking
from analysis.export.proposed.tokens import tokens_with_proposals
from analysis.export.request import ExportRequest, types_column
from analysis.export.split_safe import protected_splits, split_safe
from analysis.export.steps import Step, next_step, taken_step
from analysis.export.training_formats import SourceColumns
from analysis.export.writer_columns import columns_for_writers
from analysis.personal_data.types import ENTITY_TYPES
from analysis.signal import ROW_ID


@dataclass(frozen=True)
class Chosen:
    """The rows of `dataset` that `request` selects, chosen once for all files of an export.

    `mask`: one Boolean per row. `steps`: from all records of the source to the rows that are exported, one per reason.
    `reasons` (row_id, tag, why, reason): why rows were tagged, None where that is unknown. `source`: the columns for
    the writers of training formats. `taking`: the proposed texts that go out. `may_take`: the rows that filters and
    tags leave, of which the texts decide whether the format can hold them. `tokens`: those of each row, with its
    proposed text where that may be taken, null before tokens are counted. `protected`: the splits of which no row is
    dropped for a copy in another split.
    """

    dataset: Dataset
    request: ExportRequest
    mask: pl.Series
    steps: Sequence[Step]
    reasons: pl.DataFrame | None
    source: SourceColumns
    taking: Taking
    may_take: pl.Series
    tokens: pl.Series | None = None
    protected: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows are exported."""
        return self.steps[-1].rows

    @property
    def has_tokens(self) -> bool:
        """Whether the tokens of every row are counted."""
        return self.steps[0].tokens is not None

    @property
    def lengths(self) -> pl.Series | None:
        """The tokens of each row that is exported; None before tokens are counted."""
        return self.tokens.filter(self.mask) if self.tokens is not None else None

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """These columns of the rows that are exported, part by part, in row order, with their proposed texts."""
        return batches(self.dataset, columns, self.mask, self.taking)


def choose(
    dataset: Dataset,
    request: ExportRequest,
    reasons: pl.DataFrame | None = None,
    new_tokens: pl.DataFrame | None = None,
) -> Chosen:
    """The rows that the request selects. `reasons` (row_id, tag, why, reason): why rows were tagged. `new_tokens`: what
    `tokens_of_proposed` gives, where it is at hand; counted otherwise.

    Raises ViewError, DatasetError, ExportError where the column of splits is not one.
    """
    dataset.check(request.view)
    tokens = dataset.column("row_tokens").cast(pl.Int64).fill_null(0) if _has_tokens(dataset) else None
    total = None if tokens is None else int(tokens.sum())
    unreadable = int(dataset.meta["unreadable"])
    steps = [Step("all records of the source", dataset.height + unreadable, total, 0, None if total is None else 0)]
    if unreadable:
        steps.append(Step("could not be read", dataset.height, total, unreadable, None if total is None else 0))
    mask = pl.Series("chosen", [True], dtype=pl.Boolean).new_from_index(0, dataset.height)
    for reason, passes in _reasons(dataset, request, reasons):
        mask = mask & passes
        steps.append(next_step(reason, mask, tokens, steps[-1]))
    source = columns_for_writers(dataset)
    taking = Taking(dataset, source, request.to, is_asked=request.takes_proposals)
    for tag in request.until_proposed:
        tagged = dataset.column("tags").list.contains(tag)
        back = mask & tagged & taking.mask(mask)
        mask = mask & ~tagged
        steps.append(next_step(f"tagged {tag}", mask, tokens, steps[-1]))
        mask = mask | back
        steps.append(next_step(f"tagged {tag}, and back with a proposed text", mask, tokens, steps[-1]))
    may_take, counted = mask, tokens
    if (taken := taking.mask(mask)).any():
        if tokens is not None:
            new = tokens_with_proposals(dataset, taking, taken) if new_tokens is None else new_tokens
            counted = _tokens_taken(dataset, tokens, new)
        steps.append(taken_step(taken, tokens, counted, steps[-1]))
    protected: list[str] = []
    if request.split_safe:
        splits, protected = protected_splits(dataset, request.split_safe, request.protect)
        for reason, passes in split_safe(dataset, request.split_safe, splits, mask):
            mask = mask & passes
            steps.append(next_step(reason, mask, counted, steps[-1]))
    for reason, passes in fitting(dataset, request, source, mask, taking):
        mask = mask & passes
        if int(mask.sum()) < steps[-1].rows:
            steps.append(next_step(f"{request.to} cannot hold it: {reason}", mask, counted, steps[-1]))
    return Chosen(dataset, request, mask, steps, reasons, source, taking, may_take, counted, tuple(protected))


def tokens_of_proposed(dataset: Dataset) -> pl.DataFrame | None:
    """`row_id` and `row_tokens` of the rows with proposed texts, with these; None before tokens are counted."""
    if not _has_tokens(dataset):
        return None
    taking = Taking(dataset, columns_for_writers(dataset), "input", is_asked=True)
    return tokens_with_proposals(dataset, taking)


def _tokens_taken(dataset: Dataset, tokens: pl.Series, counted: pl.DataFrame) -> pl.Series:
    """The tokens of each row, those of its proposed text where they were counted."""
    new = counted.select(ROW_ID, new=pl.col("row_tokens").cast(pl.Int64))
    ids = pl.DataFrame([dataset.column(ROW_ID), tokens.alias("tokens")])
    joined = ids.join(new.with_columns(pl.lit(True).alias("is_new")), on=ROW_ID, how="left", maintain_order="left")
    return joined.select(
        tokens=pl.when(pl.col("is_new")).then(pl.col("new").fill_null(0)).otherwise(pl.col("tokens"))
    ).to_series()


def _has_tokens(dataset: Dataset) -> bool:
    """Whether the tokens of every row are counted and no column of the source has the same name."""
    return "row_tokens" not in dataset.originals and dataset.has(dataset.signal("tokens"))


def _reasons(dataset: Dataset, request: ExportRequest, reasons: pl.DataFrame | None) -> Iterator[tuple[str, pl.Series]]:
    """Each reason to drop rows, with the rows that pass: the filters, types that drop their rows, then the tags.

    A tag gives one reason per why it was given, where that is known.
    """
    for f in request.view.active:
        yield dataset.words_of(f), dataset.mask(f)
    for type_ in request.dropped_types:
        column = types_column(type_)
        if column not in dataset.schema:
            name = "named_entities" if type_ in ENTITY_TYPES else "personal_data"
            raise ExportError(f"Which rows hold {type_} is not known yet; compute {name} first, or replace it instead.")
        yield f"holds {type_}", ~dataset.column(column).list.contains(type_).fill_null(False)
    if not (request.without_tags or request.only_tags):
        return
    tags = dataset.column("tags")
    for tag in request.without_tags:
        if tag in request.until_proposed:
            continue
        tagged = tags.list.contains(tag)
        lines_by_why = (
            [] if reasons is None else reasons.filter(pl.col("tag") == tag).partition_by("why", maintain_order=True)
        )
        for given in lines_by_why:
            by_reason = tagged & dataset.column(ROW_ID).is_in(given[ROW_ID].implode())
            yield f"tagged {tag}: {given['why'][0] or 'for a reason'}", ~by_reason
            tagged = tagged & ~by_reason
        if not lines_by_why or tagged.any():
            yield f"tagged {tag}", ~tagged
    if request.only_tags:
        any_of = pl.any_horizontal(pl.col("tags").list.contains(tag) for tag in request.only_tags)
        yield f"not tagged {' or '.join(request.only_tags)}", tags.to_frame().select(any_of).to_series()
