"""The command `verbs`: what the rows in view ask for, alone or against other rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from analysis.commands.shared import (
    DatasetArgument,
    Json,
    Where,
    answer_about,
    compute_missing,
    load,
    no_rows,
    set_roles,
)
from analysis.dataset import Dataset
from analysis.errors import NotLookedAtError
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
    asked, why = _asked(name, over, where)
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
    lines = [f"{covered.pair:,} of {covered.rows:,} rows have a pair, {pairs.height:,} different ones."]
    lines += [f"{row['rows']:>9,}  {row['verb']} {row['noun']}" for row in result["pairs"]]
    if covered.rows > covered.read:
        lines.append(_left_out(covered, over))
    if against or against_where:
        other, other_why = _asked(against or name, over, against_where)
        if covered.read and not other.coverage.read:
            raise NotLookedAtError(f"Not looked at: there is nothing to compare with: {other_why}")
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
    answer_about(covered.read, why, result, as_json, "\n".join(lines))


def _asked(name: str, over: str, where: list[str] | None) -> tuple[Counted, str]:
    """What the rows of a view ask for, computed first where that is missing; and why no row was read, if none was."""
    dataset, view = load(name, where)
    signal = signal_over(dataset, over)
    compute_missing(dataset, signal)
    counted = requests_of(dataset, signal).counted(dataset.rows_of(view))
    return counted, no_rows(dataset, view) or _why_unread(dataset, counted.coverage, over)


def _role(over: str) -> str:
    """The roles of the texts that are read, in words."""
    return "response" if over == "response" else "prompt or text"


def _why_unread(dataset: Dataset, covered: Coverage, over: str) -> str:
    """Why the pipeline has parsed no row of a view, and what to do."""
    if covered.other_language:
        return (
            f"{covered.other_language:,} of {covered.rows:,} rows are in another language than the pipeline reads. "
            "Choose another: winnow compute DATASET verb_noun --set pipeline=NAME."
        )
    if covered.failed:
        return f"the computation failed on {covered.failed:,} of {covered.rows:,} rows; the line above says where."
    other = "response" if over == "prompt" else "prompt"
    elsewhere = f"Read another text with --over {other}. " if columns_read(dataset, other) else ""
    if not columns_read(dataset, over):
        return f"no column has the role {_role(over)}. {elsewhere}{set_roles(dataset, over)}"
    return f"none of the {covered.rows:,} rows in view has a {_role(over)}. {elsewhere}{set_roles(dataset, over)}"


def _left_out(covered: Coverage, over: str) -> str:
    """How many rows were not read, and why, as a sentence."""
    reasons = {
        f"without a {_role(over)}": covered.missing,
        "blank": covered.empty,
        "in another language": covered.other_language,
        "on which the computation failed": covered.failed,
        "not computed": covered.not_computed,
    }
    listed = ", ".join(f"{rows:,} {reason}" for reason, rows in reasons.items() if rows)
    return f"{covered.rows - covered.read:,} rows were not read: {listed}."
