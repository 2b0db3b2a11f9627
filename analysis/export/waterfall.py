"""Which rows are exported, and for which reason is each other row dropped?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.dataset import Dataset
from analysis.duplicates.groups import pairs_of
from analysis.duplicates.splits import MOST, Splits, evaluation_splits, leaving, protecting, splits_of
from analysis.errors import ExportError
from analysis.export.as_tokens import choice_of
from analysis.export.misfits import misfit_columns, misfits
from analysis.export.proposed.taking import Taking
from analysis.export.proposed.tokens import tokens_with_proposals
from analysis.export.request import TOKENIZED, TRAINER, ExportRequest, types_column
from analysis.export.steps import Step, next_step, taken_step
from analysis.export.training_formats import KEYS, SourceColumns
from analysis.export.unpacked_rows import is_packed
from analysis.formats.layouts import BY_NAME
from analysis.personal_data.types import ENTITY_TYPES
from analysis.proposals.proposed_rows import replaced
from analysis.signal import ROW_ID

PACKED = "has_solved_examples"


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
        for reason, passes in _split_safe(dataset, request.split_safe, splits, mask):
            mask = mask & passes
            steps.append(next_step(reason, mask, counted, steps[-1]))
    for reason, passes in _fitting(dataset, request, source, mask, taking):
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


def protected_splits(dataset: Dataset, column: str, protect: Sequence[str] = ()) -> tuple[Splits, list[str]]:
    """The splits of a column in the order in which they stay whole, and those that are protected (`protecting`).

    Raises ExportError where the column is not one of splits, DuplicatesError where a name is no split.
    """
    if column not in (*dataset.originals, "source_file"):
        raise ExportError(
            f"There is no column {column!r} of splits; the columns are {', '.join(dataset.originals)}, source_file."
        )
    values = dataset.column(column)
    if (count := values.drop_nulls().n_unique()) > MOST:
        raise ExportError(f"{column} has {count:,} values, and splits are at most {MOST}; name another column.")
    return protecting(splits_of(values), protect)


def protection(chosen: Chosen) -> list[str]:
    """Which splits are protected, and why, as a sentence; none where the export is not split-safe."""
    if not chosen.protected:
        return []
    names, column = " and ".join(chosen.protected), chosen.request.split_safe
    verb = "stays" if len(chosen.protected) == 1 else "stay"
    stays = f"Of {column}, {names} {verb} whole: copies in other splits are left out."
    if chosen.request.protect or evaluation_splits(chosen.protected):
        return [stays]
    return [f"{stays} No name is that of an evaluation split, so the smallest split is protected."]


def _split_safe(dataset: Dataset, column: str, splits: Splits, mask: pl.Series) -> Iterator[tuple[str, pl.Series]]:
    """For each split that loses rows because of another split, the reason and the rows that pass."""
    groups = dataset.signal("near_groups")
    chosen = np.where(mask.to_numpy(), splits.of, -1)
    threshold = float(str(groups.parameters["threshold"]))
    pairs_of_rows = pairs_of(dataset.column("near_neighbours"))
    left = leaving(pairs_of_rows, dataset.column("text_group"), chosen, threshold, [dataset.column("near_group")])
    pairs = pl.DataFrame({"of": splits.of, "by": left}).filter(pl.col("by") >= 0).unique().sort("of", "by")
    for of, by in pairs.iter_rows():
        stays = pl.Series(~((splits.of == of) & (left == by)))
        yield f"{column} {splits.names[of]}: near or equal to a row of {splits.names[by]}", stays
    if pairs.is_empty():
        yield f"no row is near or equal to one with another {column}", mask


def columns_for_writers(dataset: Dataset) -> SourceColumns:
    """The columns of a dataset for the writers of training formats."""
    meta = dataset.meta
    return SourceColumns(
        frozenset(dataset.canonical),
        dataset.roles,
        dataset.originals,
        frozenset(meta["json_columns"]),
        meta["renamed"],
        frozenset(meta.get("number_columns", ())),
        _whole_columns(dataset),
        _partly_used_columns(dataset),
    )


def _whole_columns(dataset: Dataset) -> frozenset[str]:
    """The columns that every layout of the dataset reads whole, so that they need not be repeated."""
    layouts = [described["layout"] for described in dataset.meta.get("layouts", ())]
    if not layouts or any(name not in BY_NAME for name in layouts):
        return frozenset()
    whole = set.intersection(*(set(BY_NAME[name].whole) for name in layouts))
    return frozenset(c for c in dataset.originals if dataset.meta["renamed"].get(c, c) in whole)


def _partly_used_columns(dataset: Dataset) -> dict[str, list[str]]:
    """Column -> the layouts of the dataset that do not read it whole, where it has several."""
    layouts = [described["layout"] for described in dataset.meta.get("layouts", ())]
    if len(layouts) < 2:
        return {}
    names = {column: dataset.meta["renamed"].get(column, column) for column in dataset.originals}
    of = {c: [n for n in layouts if n in BY_NAME and name not in BY_NAME[n].whole] for c, name in names.items()}
    return {column: named for column, named in of.items() if named}


def _fitting(
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
