"""Which rows ask the same question in other words and contradict each other?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.conflicts.asked import asked_and_answered
from analysis.conflicts.conflict_checks import MEANING_CONFLICT_CHECKS
from analysis.conflicts.differences import features, kinds_of
from analysis.duplicates.groups import groups, pairs_among
from analysis.duplicates.meaning import MEANING_THRESHOLD, same_numbers
from analysis.errors import SignalError
from analysis.map.pairs import LOWEST_COSINE, READS, pairs_with_repeats
from analysis.same_text import normalised
from analysis.signal import Signal


@dataclass(frozen=True)
class MeaningConflicts(
    Signal,
    name="meaning_conflicts",
    version=1,
    reads=("system", "prompt", "response", "rejected", "messages", "text", "score", *READS),
    roles=("label",),
    adds={
        "meaning_conflict_group": pl.UInt32,
        "meaning_conflict_kind": pl.String,
        "meaning_label_group": pl.UInt32,
        "meaning_score_group": pl.UInt32,
    },
    scope="dataset",
    finds=MEANING_CONFLICT_CHECKS,
):
    """Two prompts have the same meaning where the cosine of their vectors is `threshold` or more and the signal
    neighbours lists one for the other; every row of a group is that similar to its first row
    (`analysis.duplicates.groups`). The vectors should be those of the prompt. Not compared: prompts with different
    numbers, rows with different system prompts, and chats of several questions. A group has at least two wordings,
    normalised as in conflicts; the signal conflicts compares prompts of equal wording. The number of a group is the
    position of its first row; all columns are null for rows in no group.

    `meaning_conflict_group`: the normalised answers differ; a missing answer counts as an empty one;
    `meaning_conflict_kind` says how, as `prompt_conflict_kind` does. `meaning_label_group`, `meaning_score_group`: the
    same meaning and the same answer, or no answer, with different labels or scores. The dataset fills in
    `of_neighbours`.
    """

    label: str = ""
    threshold: float = MEANING_THRESHOLD
    of_neighbours: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.threshold, float | int) or not LOWEST_COSINE <= self.threshold <= 1:
            raise SignalError(f"A threshold is from {LOWEST_COSINE} to 1 here, not {self.threshold!r}.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        rows = rows.with_row_index("row")
        table = _grouped(rows, pairs_with_repeats(rows, self.threshold), self.threshold)
        every = rows.select("row")
        for part in (_answers(table), _judged(table, "label"), _judged(table, "score")):
            every = every.join(part, on="row", how="left", maintain_order="left")
        return every.select(pl.col(name).cast(dtype) for name, dtype in self.adds.items())


def _grouped(rows: pl.DataFrame, pairs: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """Rows in groups: `row`, `of` (the group), `asked` and the answer (both normalised), `answer`, `label`, `score`."""
    near = rows[pl.concat([pairs["a"], pairs["b"]]).unique().sort()]
    texts = asked_and_answered(near.select("row", "prompt", "response", "system", "messages", "rejected"))
    table = near.select("row", "label", "score", "system", "text").hstack(texts.drop("row", "context", "repeats"))
    table = table.with_columns(
        normalised(pl.select(pl.coalesce(table["asked"], table["text"])).to_series()).alias("asked"),
        normalised(table["answer"].fill_null("")).alias("said"),
        normalised(table["system"].fill_null("")).alias("system"),
        normalised(table["label"].cast(pl.String)).replace("", None).alias("label"),
        score=pl.col("score").fill_nan(None),
    ).filter(pl.col("asked") != "", ~pl.col("is_later").fill_null(False))
    positions = table.select("row", "system", "asked").with_row_index("at")
    sides = pairs.join(positions, left_on="a", right_on="row").join(positions, left_on="b", right_on="row", suffix="_b")
    sides = sides.filter(pl.col("system") == pl.col("system_b"))
    kept = sides.filter(same_numbers(table["asked"], sides["at"], sides["at_b"])).sort("a", "b")
    grouped = groups(
        pairs_among(rows.height, *(kept[name].to_numpy() for name in ("a", "b", "cosine"))), None, threshold
    )
    of = pl.DataFrame({"row": np.arange(rows.height, dtype=np.uint32), "of": grouped.kept.astype(np.uint32)})
    return table.join(of, on="row").filter(pl.len().over("of") > 1).sort("row")


def _answers(table: pl.DataFrame) -> pl.DataFrame:
    """Rows of groups with different answers: group and kind."""
    is_conflict = (pl.col("asked").n_unique() > 1) & (pl.col("said").n_unique() > 1)
    conflicts = table.filter(is_conflict.over("of"))
    distinct = conflicts.unique(["of", "said"], keep="any").sort("row")
    kinds = kinds_of(pl.concat([distinct.select(group="of"), features(distinct["answer"])], how="horizontal"))
    return conflicts.join(kinds, left_on="of", right_on="group", how="left").select(
        "row", meaning_conflict_group=pl.col("row").min().over("of"), meaning_conflict_kind="kind"
    )


def _judged(table: pl.DataFrame, judgement: str) -> pl.DataFrame:
    """Rows of one meaning and one answer with different labels or scores."""
    same = ("of", "said")
    is_conflict = (pl.col("asked").n_unique() > 1) & (pl.col(judgement).n_unique() > 1)
    conflicts = table.filter(pl.col(judgement).is_not_null()).filter(is_conflict.over(same))
    return conflicts.select("row", pl.col("row").min().over(same).alias(f"meaning_{judgement}_group"))
