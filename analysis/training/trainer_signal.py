"""What does the trainer see? Per row the tokens that it trains, masks and cuts off, and the template's faults."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from typing import Any

import polars as pl

from analysis.errors import RefusedError, TemplateError
from analysis.signal import Signal
from analysis.training.choice import Choice, Parameters
from analysis.training.drift import Serving, row_kind
from analysis.training.reading import Reader, SeenRow, TurnTokens
from analysis.training.row_faults import RowFaults
from analysis.training.training_checks import TRAINER_CHECKS

READS = ("messages", "tools", "system", "prompt", "response")
TURN = pl.Struct(
    {
        "turn": pl.UInt32,
        "role": pl.String,
        "first_token": pl.UInt32,
        "last_token": pl.UInt32,
        "first_trained": pl.UInt32,
        "last_trained": pl.UInt32,
        "trained": pl.UInt32,
        "lost": pl.UInt32,
    }
)
MOST_STOPPED = 5  # rows of 10,000 on which a template may take too long, before the fault is not in the rows


@dataclass(frozen=True)
class Trainer(
    Signal,
    Parameters,
    name="trainer",
    version=1,
    reads=READS,
    adds={
        "trainer_tokens": pl.UInt32,
        "trained_tokens": pl.UInt32,
        "trained_share": pl.Float64,
        "lost_tokens": pl.UInt32,
        "lost_trained_tokens": pl.UInt32,
        "is_untrained": pl.Boolean,
        "has_truncated_answer": pl.Boolean,
        "mask_status": pl.String,
        "template_error": pl.String,
        "dropped_parts": pl.List(pl.String),
        "has_double_bos": pl.Boolean,
        "has_double_eos": pl.Boolean,
        "is_stop_trained": pl.Boolean,
        "special_tokens_in_text": pl.List(pl.String),
        "has_python_repr": pl.Boolean,
        "drift_kind": pl.String,
    },
    tables={"turns": TURN},
    finds=TRAINER_CHECKS,
):
    """The parameters are those of `analysis.training.choice.Parameters`. All columns are null for a row that is no chat
    and has no prompt and response. For a row that the template refuses all but `template_error`, its message, are null.

    `trainer_tokens`: tokens of the rendered row, before any is cut off. `trained_tokens`: those of them that the mask
    rule trains, and `trained_share` their share, 0 to 1. `lost_tokens`, `lost_trained_tokens`: those of both that are
    cut off at `max_length`. `is_untrained`: no trained token is left. `has_truncated_answer`: some trained token is cut
    off. `mask_status`: how the trained tokens were found, as `analysis.training.rules.Mask` says.

    `dropped_parts`: what the template leaves out without a word, empty where nothing is. `has_double_bos`,
    `has_double_eos`: two beginning tokens at the start, two end tokens in a row. `is_stop_trained`: every trained part
    ends with a control token; null where nothing is trained. `special_tokens_in_text`: control tokens in the texts of
    the row itself. `has_python_repr`: the template wrote a Python value such as None. `drift_kind`: in what the prompt
    that serving sends differs, as `analysis.training.drift.KINDS` says; null without a second template.

    The table `turns` has a line for each message, as `analysis.training.reading.TurnTokens` says.
    """

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        reader = Reader(Choice(**{field.name: getattr(self, field.name) for field in fields(Parameters)}))
        faults = RowFaults(reader)
        served = reader.choice.serving()
        serving = Serving(served, reader.renderer) if served else None
        columns: dict[str, list[Any]] = {name: [] for name in self.adds}
        turns: dict[str, list[Any]] = defaultdict(list)
        stopped = 0
        for number, row in enumerate(rows.select(READS).iter_rows(named=True)):
            values: dict[str, Any] = {}
            try:
                seen = reader.see(row)
                if seen is not None:
                    values = {**_counted(seen), **faults.of(seen)}
                    values["drift_kind"] = row_kind(serving.drifts(seen)) if serving else None
                    _add_turns(turns, number, seen.turns)
            except RefusedError as error:
                values = {"template_error": str(error)}
            except TemplateError as error:
                stopped += 1
                if stopped > MOST_STOPPED:
                    raise
                values = {"template_error": str(error)}
            for name, column in columns.items():
                column.append(values.get(name))
        table = pl.DataFrame(columns, schema=dict(self.adds))
        return table.with_columns(_listed(turns, rows.height))


def _counted(seen: SeenRow) -> dict[str, Any]:
    tokens, trained, lost = len(seen.tokens.ids), seen.trained, seen.lost_trained
    return {
        "trainer_tokens": tokens,
        "trained_tokens": trained,
        "trained_share": trained / tokens if tokens else None,
        "lost_tokens": seen.lost_tokens,
        "lost_trained_tokens": lost,
        "is_untrained": trained == lost,
        "has_truncated_answer": lost > 0,
        "mask_status": seen.mask.status,
    }


def _add_turns(turns: dict[str, list[Any]], row: int, of_row: list[TurnTokens]) -> None:
    for turn in of_row:
        turns["row"].append(row)
        for name, value in zip(TurnTokens._fields, turn, strict=True):
            turns[name].append(value)


def _listed(turns: dict[str, list[Any]], height: int) -> pl.Series:
    """The lines of all turns as one list per row; null for a row without any."""
    schema = pl.Schema({"row": pl.UInt32, **TURN.to_schema()})
    lines = pl.DataFrame({name: turns.get(name, []) for name in schema}, schema=schema)
    by_row = lines.group_by("row").agg(turns=pl.struct(pl.exclude("row")))
    every = pl.DataFrame({"row": pl.int_range(height, dtype=pl.UInt32, eager=True)})
    return every.join(by_row, on="row", how="left", maintain_order="left")["turns"]
