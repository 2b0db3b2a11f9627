"""Which of the chosen rows can the format of an export hold, with their proposed texts?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from analysis.dataset import Dataset
from analysis.errors import ExportError
from analysis.export.as_tokens import choice_of
from analysis.export.misfits import misfit_columns, misfits
from analysis.export.proposed.taking import Taking
from analysis.export.request import TOKENIZED, TRAINER, ExportRequest
from analysis.export.training_formats import KEYS, SourceColumns
from analysis.export.unpacked_rows import is_packed
from analysis.proposals.proposed_rows import replaced
from analysis.signal import ROW_ID

PACKED = "has_solved_examples"


def fitting(
    dataset: Dataset, request: ExportRequest, source: SourceColumns, mask: pl.Series, taking: Taking
) -> Iterator[tuple[str, pl.Series]]:
    """Each reason why the format cannot hold a row, with the rows to which it does not apply."""
    to = request.to
    if to not in KEYS and to not in TOKENIZED:
        return
    if to in TOKENIZED:
        _check_trainer(dataset)
    tests = misfits(to, source, pl.col(PACKED))
    number = pl.coalesce(*(pl.when(test).then(pl.lit(i, dtype=pl.UInt8)) for i, (_, test) in enumerate(tests)))
    columns = [ROW_ID, *misfit_columns(to, source)]
    first = pl.Series("first", [None], dtype=pl.UInt8).new_from_index(0, dataset.height)
    firsts = []
    trainer = taking.computed(dataset.signal("trainer")) if to in TOKENIZED and taking.mask(mask).any() else None
    for batch in batches(dataset, columns, mask, taking):
        if trainer is not None:
            batch = replaced(batch, trainer.select(ROW_ID, *TRAINER))
        packed = is_packed(batch) if request.unpack_shots else pl.lit(False)
        firsts.append(batch.with_columns(packed.alias(PACKED)).with_columns(first=number)["first"])
    if firsts:
        first = first.scatter(mask.arg_true(), pl.concat(firsts))
    for i, (reason, _) in enumerate(tests):
        yield reason, (first != i).fill_null(True)


def _check_trainer(dataset: Dataset) -> None:
    """Raises ExportError where no template was chosen, or what it does to each row is not computed yet."""
    choice_of(dataset)
    if not dataset.has(dataset.signal("trainer")):
        raise ExportError(
            f"What the trainer sees of {dataset.name} is not computed yet; compute it on the page Training, or with: "
            "winnow compute DATASET trainer."
        )


def batches(dataset: Dataset, columns: Sequence[str], mask: pl.Series, taking: Taking) -> Iterator[pl.DataFrame]:
    """These columns of the chosen rows, part by part, in row order, with their proposed texts; parts without chosen
    rows are not read."""
    read = list(dict.fromkeys([*columns, *taking.reads]))
    start = 0
    for height in dataset.meta["part_rows"]:
        inside = mask.slice(start, height)
        if inside.any():
            for batch in dataset.batches(read, start, height):
                yield taking(batch if inside.all() else batch.filter(inside)).select(columns)
        start += height
