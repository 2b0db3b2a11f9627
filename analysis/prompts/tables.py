"""How many prompts of a view are on their format, how are the others off it, and how many hold solved examples?"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from analysis.dataset import Dataset
from analysis.prompts.formats import format_written
from analysis.prompts.prompt_format_signal import PromptFormat
from analysis.view import View


class OnFormat(NamedTuple):
    """`format`: None where half of the prompts share none. `read`: prompts that were looked at. `on`: those on the
    format. `off`: how many are off it, by kind, most first. `packed`: few-shot prompts."""

    format: str | None
    read: int
    on: int
    off: dict[str, int]
    packed: int


def on_format(dataset: Dataset, view: View, signal: PromptFormat) -> OnFormat:
    """The prompts in view against their format, by the columns of this signal, which are computed."""
    names = ["prompt_format", "off_format_kind", "packed_shots"]
    frame = pl.read_parquet(dataset.path(signal), columns=names).select(pl.all().gather(dataset.rows_of(view)))
    shots = frame["packed_shots"]
    written = frame["prompt_format"].drop_nulls()
    read = len(shots) - shots.null_count()
    return OnFormat(
        None if written.is_empty() else str(written[0]),
        read,
        len(written) - (len(frame) - frame["off_format_kind"].null_count()),
        _counted(frame["off_format_kind"]),
        int((shots > 0).sum()),
    )


def against(dataset: Dataset, other: Dataset, expected: str) -> OnFormat:
    """The prompts of `other`, such as those of a log, against this format of the prompts of `dataset`."""
    prompts, form = plain_prompts(other), format_written(expected).seen_in(plain_prompts(dataset))
    kinds = prompts.to_frame().select(form.kind_off(pl.col("prompt")).cast(pl.String).alias("kind"))["kind"]
    return OnFormat(expected, len(prompts), kinds.null_count(), _counted(kinds), 0)


def plain_prompts(dataset: Dataset) -> pl.Series:
    """The prompts of rows without messages, or their raw texts; without nulls."""
    names = [name for name in ("prompt", "text", "messages") if name in dataset.canonical]
    if names in ([], ["messages"]):
        return pl.Series("prompt", [], dtype=pl.String)
    is_plain = pl.col("messages").is_null() if "messages" in names else pl.lit(True)
    texts = pl.coalesce(name for name in names if name != "messages")
    return dataset.canonical_frame(names).select(prompt=pl.when(is_plain).then(texts))["prompt"].drop_nulls()


def _counted(kinds: pl.Series) -> dict[str, int]:
    counts = kinds.drop_nulls().alias("kind").value_counts(name="rows").sort("rows", "kind", descending=[True, False])
    return dict(counts.rows())
