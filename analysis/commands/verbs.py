"""The command `verbs`: what the rows in view ask for, alone or against other rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from analysis.commands.shared import DatasetArgument, Json, Where, answer, compute_missing, load
from analysis.errors import DatasetError
from analysis.verbs.comparison import compare, response_lengths, variety
from analysis.verbs.counts import Counted, Coverage, columns_read, requests_of, signal_over


def verbs_command(
    name: DatasetArgument,
    over: Annotated[str, typer.Option(help="Which text is read: prompt (or raw text), or response.")] = "prompt",
    top: Annotated[int, typer.Option(min=1, help="At most this many pairs and verbs.")] = 20,
    where: Where = None,
    against: Annotated[
        str | None, typer.Option(metavar="DATASET", help="Compare with this dataset; the same one if not given.")
    ] = None,
    against_where: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN~OP~VALUE", help="Compare with the rows that pass; repeatable.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What the rows ask for: verb–noun pairs, verbs, how many rows have any, and how two views differ."""
    asked = _asked(name, over, where)
    covered, pairs = asked.coverage, asked.pairs
    result: dict[str, Any] = {
        "rows": covered.rows,
        "with_pair": covered.pair,
        "pairs": pairs.head(top).select("verb", "noun", "rows").to_dicts(),
        "verbs": asked.verbs.head(top).to_dicts(),
        "distinct_pairs": pairs.height,
        "coverage": {**asdict(covered), "pair_share": covered.pair_share},
        "compare": None,
    }
    lines = [
        f"{covered.pair:,} of {covered.rows:,} rows have a pair, {pairs.height:,} different ones.{_unread(covered)}"
    ]
    lines += [f"{row['rows']:>9,}  {row['verb']} {row['noun']}" for row in result["pairs"]]
    if against or against_where:
        other = _asked(against or name, over, against_where)
        lengths = response_lengths(asked.lengths, other.lengths)
        result["compare"] = {
            **variety(pairs, other.pairs),
            "pairs": compare(pairs, other.pairs).head(top).to_dicts(),
            "response_tokens": None if lengths is None else lengths.to_dicts(),
        }
        lines += ["", "How the two differ (rows here, rows there, z):"]
        lines += [
            f"{p['left_rows']:>9,} {p['right_rows']:>9,} {p['z']:>7.1f}  {p['verb']} {p['noun']}"
            for p in result["compare"]["pairs"]
            if p["z"] is not None
        ]
    answer(result, as_json, "\n".join(lines))


def _asked(name: str, over: str, where: list[str] | None) -> Counted:
    """What the rows of a view ask for; computed first where that is missing.

    Raises DatasetError where there is no text to look at.
    """
    dataset, view = load(name, where)
    signal = signal_over(dataset, over)
    roles = "response" if over == "response" else "prompt or text"
    if not columns_read(dataset, over):
        raise DatasetError(
            f"{dataset.name} was not looked at: no column has the role {roles}. Name it with "
            f"`open {dataset.name} --role {roles.split()[0]}=COLUMN`; its columns: {', '.join(dataset.originals)}."
        )
    compute_missing(dataset, signal)
    counted = requests_of(dataset, signal).counted(dataset.rows_of(view))
    if counted.coverage.rows and counted.coverage.missing == counted.coverage.rows:
        raise DatasetError(f"Nothing was looked at: none of {counted.coverage.rows:,} rows in view has a {roles}.")
    return counted


def _unread(coverage: Coverage) -> str:
    """The rows without a text that could be read."""
    parts = [f"{rows:,} {reason}" for reason, rows in coverage.unread.items() if rows]
    return f" Not read: {', '.join(parts)}." if parts else ""
