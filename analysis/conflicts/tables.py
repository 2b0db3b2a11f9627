"""Tables of conflicts: how many of each kind, which groups, and whether the longer answer is the chosen one."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from analysis.conflicts.kinds import KINDS, Kind, is_askable
from analysis.counted import count, share
from analysis.dataset import Dataset
from analysis.statistics.effects import wilson
from analysis.view import ANY_TEXT, Filter, View


class Found(NamedTuple):
    """One kind in the rows in view: groups with a row in view (rows, if it has no groups), rows in view, and how many
    rows in view were looked at: 0 where none has what the kind compares."""

    kind: Kind
    groups: int
    rows: int
    looked_at: int

    @property
    def sentence(self) -> str:
        if not self.looked_at:
            return (
                f"{self.kind.theme}, {self.kind.title.lower()}: not looked for; no row in view has {self.kind.subject}."
            )
        if not self.rows:
            of = count(self.looked_at)
            return f"{self.kind.theme}, {self.kind.title.lower()}: no row in view, of {of} with {self.kind.subject}."
        return self.kind.sentence.format(groups=count(self.groups, "group"), rows=count(self.rows))

    def view(self, within: View) -> View:
        """The rows in view of this kind."""
        f = self.kind.filter
        return within.where(f.column, f.op, f.value)


class Longer(NamedTuple):
    """Of the pairs with two answers: in how many chosen is longer, shorter, or equally long, in characters.

    `share` is `longer` divided by `pairs`; `low` to `high` is its 95% interval (Wilson 1927).
    """

    pairs: int
    longer: int
    shorter: int
    equal: int
    share: float
    low: float
    high: float

    @property
    def sentence(self) -> str:
        interval = f"95% interval {share(self.low)} to {share(self.high)}"
        sentence = (
            f"Chosen is longer than rejected in {self.longer:,} of {count(self.pairs, 'pair')} ({share(self.share)}, "
            f"{interval}), shorter in {self.shorter:,}."
        )
        return f"{sentence} A model may learn from it to write more." if self.low > 0.5 else sentence


def found(dataset: Dataset, view: View | None = None) -> list[Found]:
    """Every kind that the roles of the dataset allow, in the order of KINDS, including kinds with no row in view.

    Kinds whose signal is not computed are left out.
    """
    inside = dataset.mask_of(view or View())
    counted = []
    for kind in KINDS.values():
        if is_askable(kind, dataset.roles) and dataset.has(dataset.signal(kind.signal)):
            mask = dataset.mask(kind.filter)
            mask = mask if inside is None else mask & inside
            rows = int(mask.sum())
            groups = dataset.column(kind.group).filter(mask).n_unique() if kind.group and rows else rows
            counted.append(Found(kind, groups, rows, _looked_at(dataset, kind, inside)))
    return counted


def _looked_at(dataset: Dataset, kind: Kind, inside: pl.Series | None) -> int:
    """How many rows in view have what the kind compares."""
    column = dataset.roles[kind.reads[1:]] if kind.reads.startswith("@") else kind.reads
    with_value = dataset.mask(Filter(column, "notnull"))
    return int((with_value if inside is None else with_value & inside).sum())


def missing_for_meaning(dataset: Dataset) -> str:
    """What is missing to compare prompts of the same meaning, as a sentence; "" where nothing is missing."""
    if not any(is_askable(kind, dataset.roles) for kind in KINDS.values() if kind.signal == "meaning_conflicts"):
        return "It needs a prompt with a response, a label or a score."
    of = dataset.signal("embedding").parameters
    if of["over"] != "prompt":
        return f"It needs vectors of the prompt; those chosen are of the {of['over']}."
    for name, word in (("embedding", "a vector of each prompt"), ("neighbours", "the nearest rows of each")):
        if not dataset.has(dataset.signal(name)):
            return f"It needs {word}; compute {name} first."
    return ""


def groups(dataset: Dataset, kind: Kind, view: View | None = None, containing: str = "") -> pl.DataFrame:
    """`group` and `rows` of the groups with a row in view that contains the text, largest first, then in row order.

    All rows of a group count, including rows outside the view. For a kind without groups, `group` is the position of a
    row and `rows` is 1.
    """
    asked = (view or View()).where(kind.filter.column, kind.filter.op, kind.filter.value)
    if containing:
        asked = asked.where(ANY_TEXT, "has", containing)
    rows = dataset.rows_of(asked)
    if not kind.group:
        return rows.alias("group").to_frame().with_columns(rows=pl.lit(1, pl.UInt32))
    whole = dataset.column(kind.group)
    shown = whole.gather(rows).unique().alias("group").to_frame()
    sizes = dataset.rows_of(View((Filter(kind.group, "notnull"),)))
    sized = whole.gather(sizes).alias("group").to_frame().group_by("group").agg(rows=pl.len())
    return sized.join(shown, on="group", how="semi").sort(["rows", "group"], descending=[True, False])


def rows_of_group(dataset: Dataset, kind: Kind, group: int) -> pl.Series:
    """The positions of the group's rows, ascending; for a kind without groups, the position of the row."""
    if not kind.group:
        return pl.Series("row", [group], dtype=pl.UInt32)
    return (dataset.column(kind.group) == group).arg_true().alias("row")


def chosen_longer(dataset: Dataset, view: View | None = None) -> Longer | None:
    """How often chosen is the longer answer; None where no pair in view has two answers."""
    return _longer(dataset.frame(["chosen_extra_chars"], dataset.rows_of(view or View())).to_series())


def _longer(extra: pl.Series) -> Longer | None:
    pairs = len(extra) - extra.null_count()
    if not pairs:
        return None
    longer, shorter = int((extra > 0).sum()), int((extra < 0).sum())
    return Longer(pairs, longer, shorter, pairs - longer - shorter, longer / pairs, *map(float, wilson(longer, pairs)))


def chosen_longer_by(dataset: Dataset, column: str, view: View | None = None) -> pl.DataFrame:
    """`value`, `pairs`, `longer`, `share`, `low`, `high` per value of a column, largest lower bound first."""
    frame = dataset.frame([column, "chosen_extra_chars"], dataset.rows_of(view or View()))
    counted = (
        frame.select(pl.col(column).cast(pl.String).alias("value"), extra="chosen_extra_chars")
        .drop_nulls("extra")
        .group_by("value")
        .agg(pairs=pl.len(), longer=(pl.col("extra") > 0).sum())
    )
    low, high = wilson(counted["longer"], counted["pairs"])
    counted = counted.with_columns(share=pl.col("longer") / pl.col("pairs"), low=low, high=high)
    return counted.sort(["low", "value"], descending=[True, False], nulls_last=True)
