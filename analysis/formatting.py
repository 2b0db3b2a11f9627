"""Tables of the page Format: what each kind of noise costs, and in which forms numbers are written."""

from __future__ import annotations

import polars as pl

from analysis.dataset import Dataset
from analysis.noise import KINDS
from analysis.noise.numbers import NUMBER_FORMS
from analysis.view import View


def kinds_in(dataset: Dataset, view: View | None = None) -> pl.DataFrame:
    """`kind`, `title`, `role`, `rows`, `occurrences`, `tokens` of the rows in view, dearest first.

    A line for each kind and role that occurs; `tokens` are those that cleaning of this kind alone would save, null
    where the signal was computed without costs. Kinds overlap, so that their tokens do not add up. Raises DatasetError
    before the signal `formatting` is computed.
    """
    counted = (
        _entries(dataset, "kinds", view).group_by("kind", "role")
        .agg(
            rows=pl.len(), occurrences=pl.col("occurrences").cast(pl.UInt64).sum(),
            tokens=pl.when(pl.col("tokens").count() > 0).then(pl.col("tokens").cast(pl.UInt64).sum()),
        )
    )  # fmt: skip
    title = pl.col("kind").replace_strict({name: kind.title for name, kind in KINDS.items()}, default=pl.col("kind"))
    dearest = [-pl.col("tokens").cast(pl.Int64), -pl.col("occurrences").cast(pl.Int64), "kind", "role"]
    return counted.select("kind", title.alias("title"), "role", "rows", "occurrences", "tokens").sort(dearest)


def number_forms_in(dataset: Dataset, view: View | None = None) -> pl.DataFrame:
    """`group`, `form`, `example`, `rows`, `occurrences`, `is_mixed` of the rows in view, in the order of NUMBER_FORMS.

    `is_mixed`: some other form of the same group occurs too, so that "1,000" and "1000" stand side by side.
    """
    counted = _entries(dataset, "numbers", view).group_by("group", "form").agg(
        rows=pl.col("row").n_unique(), occurrences=pl.col("occurrences").cast(pl.UInt64).sum()
    )  # fmt: skip
    known = pl.DataFrame(
        {name: [getattr(form, name) for form in NUMBER_FORMS] for name in ("group", "form", "example")}
    )
    return (
        known.join(counted, on=["group", "form"], maintain_order="left")
        .with_columns(is_mixed=pl.len().over("group") > 1)
    )  # fmt: skip


def _entries(dataset: Dataset, table: str, view: View | None) -> pl.DataFrame:
    return dataset.table_in(dataset.signal("formatting"), table, dataset.rows_of(view or View()))
