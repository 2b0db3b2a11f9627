"""What will be trained of the rows in view? Totals with what they are of, by source, and at other maximum lengths."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, NamedTuple

import polars as pl

from analysis.dataset import Dataset
from analysis.training.cuts import Cuts
from analysis.training.packing import Packing, pack
from analysis.view import Filter

COUNTED = (
    "trainer_tokens", "trained_tokens", "lost_tokens", "lost_trained_tokens", "is_untrained", "has_truncated_answer",
    "mask_status", "template_error", "dropped_parts", "has_double_bos", "has_double_eos", "is_stop_trained",
    "special_tokens_in_text", "has_python_repr", "drift_kind",
)  # fmt: skip


class Totals(NamedTuple):
    """Counts of the rows in view.

    `rows`: in view. `looked_at`: those with a chat that the template got; `refused` of them, by message in `errors`;
    all other counts are of the `rendered` ones. `tokens`, `trained_tokens`, `lost_tokens`, `lost_trained_tokens` as the
    signal has them. `untrained`, `truncated`, `double_bos`, `double_eos`, `stop_not_trained`, `special_tokens`,
    `python_repr`: rows. `mask_status`, `dropped_parts`, `drift`: rows by value; `parts_looked_at`: rows in which it is
    known whether a part was dropped. `rejected`: rows with a rejected answer beside the chosen one; it is not rendered.
    """

    rows: int
    looked_at: int
    refused: int
    rendered: int
    untrained: int
    truncated: int
    tokens: int
    trained_tokens: int
    lost_tokens: int
    lost_trained_tokens: int
    double_bos: int
    double_eos: int
    stop_not_trained: int
    special_tokens: int
    python_repr: int
    parts_looked_at: int
    rejected: int
    errors: dict[str, int]
    mask_status: dict[str, int]
    dropped_parts: dict[str, int]
    drift: dict[str, int]

    @property
    def trained_share(self) -> float | None:
        """Trained tokens of all tokens, 0 to 1, before any is cut off; null where there is no token."""
        return self.trained_tokens / self.tokens if self.tokens else None


def totals(dataset: Dataset, rows: pl.Series) -> Totals:
    """The totals of the rows at these positions, by the signal `trainer`, which must be computed."""
    frame = dataset.frame(COUNTED, rows)
    refused, rendered = pl.col("template_error").is_not_null(), pl.col("trainer_tokens").is_not_null()
    counts = frame.select(
        rows=pl.len(),
        looked_at=(refused | rendered).sum(),
        refused=refused.sum(),
        rendered=rendered.sum(),
        untrained=pl.col("is_untrained").sum(),
        truncated=pl.col("has_truncated_answer").sum(),
        tokens=pl.col("trainer_tokens").sum(),
        trained_tokens=pl.col("trained_tokens").sum(),
        lost_tokens=pl.col("lost_tokens").sum(),
        lost_trained_tokens=pl.col("lost_trained_tokens").sum(),
        double_bos=pl.col("has_double_bos").sum(),
        double_eos=pl.col("has_double_eos").sum(),
        stop_not_trained=(~pl.col("is_stop_trained")).sum(),
        special_tokens=(pl.col("special_tokens_in_text").list.len() > 0).sum(),
        python_repr=pl.col("has_python_repr").sum(),
        parts_looked_at=pl.col("dropped_parts").is_not_null().sum(),
    ).row(0, named=True)
    return Totals(
        **counts,
        rejected=_rejected(dataset, rows),
        errors=_by_value(frame["template_error"]),
        mask_status=_by_value(frame["mask_status"]),
        dropped_parts=_by_value(frame["dropped_parts"].explode(empty_as_null=False, keep_nulls=False)),
        drift=_by_value(frame["drift_kind"]),
    )


def _rejected(dataset: Dataset, rows: pl.Series) -> int:
    """How many of these rows have a rejected answer."""
    columns = {"rejected", "messages_rejected"} & set(dataset.canonical)
    masks = [dataset.mask(Filter(column, "notnull")) for column in columns]
    return int(reduce(or_, masks).gather(rows).sum()) if masks else 0


def _by_value(column: pl.Series) -> dict[str, int]:
    """How often each value occurs, the most frequent first; nulls are left out."""
    values = column.drop_nulls().rename("value").value_counts(name="rows")
    return dict(values.sort(["rows", "value"], descending=[True, False]).iter_rows())


def _share(part: str, of: str) -> pl.Expr:
    return pl.when(pl.col(of) > 0).then(pl.col(part) / pl.col(of))


def cuts(dataset: Dataset, rows: pl.Series) -> Cuts:
    """The rendered rows among these, ready for any maximum length; nothing is rendered again."""
    lengths = dataset.frame(["trainer_tokens"], rows).to_series()
    has_length = lengths.is_not_null()
    places = pl.Series([None], dtype=pl.UInt32).new_from_index(0, dataset.height)
    places = places.scatter(rows.filter(has_length), pl.int_range(int(has_length.sum()), dtype=pl.UInt32, eager=True))
    turns = dataset.table_in(dataset.signal("trainer"), "turns", rows).filter(pl.col("trained") > 0)
    turns = turns.with_columns(row=places.gather(turns["row"])).drop_nulls("row")
    return Cuts(lengths.drop_nulls(), turns.sort("row", maintain_order=True))


def packing(dataset: Dataset, rows: pl.Series, max_length: int, way: str, truncation: str = "keep_start") -> Packing:
    """The packing of the rendered rows among these; with the truncation `drop` without the longer ones."""
    lengths = dataset.frame(["trainer_tokens"], rows).to_series().drop_nulls()
    if truncation == "drop" and max_length:
        lengths = lengths.filter(lengths <= max_length)
    counted = lengths.to_numpy()
    return pack(counted, max_length or max(int(counted.max(initial=0)), 1), way)


def numbers(counted: Totals) -> dict[str, Any]:
    """The totals as the command writes them."""
    return {
        "rows": counted.rows,
        "refused": counted.refused,
        "untrained": counted.untrained,
        "tokens": counted.tokens,
        "trained_tokens": counted.trained_tokens,
        "lost_tokens": counted.lost_tokens,
        "lost_trained_tokens": counted.lost_trained_tokens,
        "mask_status": counted.mask_status,
        "dropped_parts": counted.dropped_parts,
        "drift": counted.drift,
        "refused_by": counted.errors,
        "parts_looked_at": counted.parts_looked_at,
        "rejected_not_rendered": counted.rejected,
        "faults": {
            "double_bos": counted.double_bos,
            "double_eos": counted.double_eos,
            "stop_not_trained": counted.stop_not_trained,
            "special_tokens_in_text": counted.special_tokens,
            "python_repr": counted.python_repr,
            "truncated_answer": counted.truncated,
        },
    }
