"""The command `duplicates`: which rows are copies, which of them would be dropped, and files that list them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import polars as pl
import typer

from analysis.annotations.in_place import take_annotations
from analysis.commands.shared import DatasetArgument, Json, Where, answer, compute_missing, load
from analysis.dataset import Dataset
from analysis.duplicates import decisions, kinds
from analysis.duplicates.decisions import Choice, Decision
from analysis.duplicates.groups import THRESHOLD, pair_table
from analysis.duplicates.policies import Keep
from analysis.errors import DatasetError, UsageError
from analysis.joined_values import join_values, split_values
from analysis.signal import ROW_ID
from analysis.view import View
from analysis.workspace import Workspace


def duplicates_command(
    name: DatasetArgument,
    kind: Annotated[str, typer.Option(help=f"{', '.join(kinds.KINDS)}.")] = "near",
    over: Annotated[
        str | None, typer.Option(help="prompt+response, prompt, response, text, or a column; for fields A~B.")
    ] = None,
    threshold: Annotated[float | None, typer.Option(min=0.5, max=1, help="The least similarity.")] = None,
    keep: Annotated[str, typer.Option(help=f"Which row stays: {', '.join(decisions.POLICIES)}.")] = "first",
    sources: Annotated[str, typer.Option(help="With --keep source: A~B, the best source first.")] = "",
    any_words: Annotated[
        bool, typer.Option("--any-words", help="With --kind meaning: also rows that share their words.")
    ] = False,
    where: Where = None,
    pairs: Annotated[Path | None, typer.Option(help="A CSV file for row_id_a,row_id_b,similarity.")] = None,
    groups: Annotated[Path | None, typer.Option(help="A CSV file for row_id,group,kept_row_id,similarity.")] = None,
    as_json: Json = False,
) -> None:
    """Duplicates among the rows in view: groups, rows to drop, their tokens. Nothing is changed."""
    if kind not in kinds.KINDS:
        raise UsageError(f"There is no kind {kind!r} of duplicates; known: {', '.join(kinds.KINDS)}.")
    started = time.perf_counter()
    loaded, view = load(name, where)
    dataset = _asked(loaded, kind, over, threshold)
    if (pairs or groups) and kind not in decisions.SIGNAL_OF:
        raise UsageError(f"{kind} has no pairs or groups to write; known: {', '.join(decisions.SIGNAL_OF)}.")
    if kind == "leaks" and kinds.split_column(dataset) is None:
        raise DatasetError(f"{dataset.name} has no column of splits and a single file; open it with --role split=…")
    needed = [*kinds.KINDS[kind].signals, *decisions.missing_for(dataset, _policy(keep)), "tokens"]
    compute_missing(dataset, *map(dataset.signal, needed))
    rows = dataset.rows_of(view)
    if kind in decisions.SIGNAL_OF:
        signal_ = dataset.signal(decisions.SIGNAL_OF[kind])
        default_threshold = float(str(signal_.parameters["threshold"])) if kind in ("fields", "meaning") else THRESHOLD
        named = tuple(split_values(sources)) if sources else ()
        choice = Choice(kind, threshold or default_threshold, _policy(keep), named, not any_words)
        result, table, lines = _grouped(dataset, choice, view)
        if pairs:
            table.write_csv(pairs)
        if groups:
            lines.write_csv(groups)
    else:
        result = _counted(dataset, kind, rows)
    result = {"kind": kind, **result, "seconds": round(time.perf_counter() - started, 3)}
    answer(result, as_json, _in_words(result, len(rows)))


def _policy(keep: str) -> Keep:
    policies: dict[str, Keep] = {policy: policy for policy in decisions.POLICIES}
    if keep not in policies:
        raise UsageError(f"Rows cannot be kept by {keep!r}; known: {', '.join(policies)}.")
    return policies[keep]


def _asked(loaded: Dataset, kind: str, over: str | None, threshold: float | None) -> Dataset:
    """The dataset with the signal's parameters as given for this run; the stored parameters do not change."""
    dataset = Dataset(loaded.folder, loaded.catalogue)
    named = {"leaks": "leaks"}.get(kind) or kinds.KINDS[kind].signals[0]
    current = dict(dataset.signal(named).parameters)
    changed: dict[str, object] = {}
    if over and kind == "fields":
        changed["columns"] = over
    elif over and "column" in current and over in dataset.schema and over not in ("prompt", "response", "text"):
        changed |= {"over": "column", "column": join_values([over])}
    elif over and "over" in current:
        changed |= {"over": over, **({"column": ""} if "column" in current else {})}
    elif over:
        raise UsageError(f"{kind} does not compare chosen texts; leave out --over.")
    if kind == "leaks":
        changed["split"] = join_values([split]) if (split := kinds.split_column(dataset)) else ""
    if kind in ("leaks", "fields") and threshold:
        changed["threshold"] = threshold
    dataset = Dataset(loaded.folder, loaded.catalogue)
    asked = dataset.catalogue.signal(named, {**current, **changed})
    parameters = {**dataset.meta.get("parameters", {}), named: asked.parameters}
    dataset.meta = {**dataset.meta, "parameters": parameters}
    take_annotations(dataset, Workspace().home)
    return dataset


def _grouped(dataset: Dataset, choice: Choice, view: View) -> tuple[dict[str, Any], pl.DataFrame, pl.DataFrame]:
    """The counts, the pairs and the groups of one kind among the rows in view."""
    among = np.zeros(dataset.height, bool)
    among[dataset.rows_of(view).to_numpy()] = True
    has_pairs = choice.kind in decisions.NEIGHBOURS_OF
    compared = decisions.pairs(dataset, choice.kind, other_words=choice.other_words) if has_pairs else None
    decision = decisions.decide(dataset, choice, decisions.preference(dataset, choice), compared, among)
    tokens = decisions.tokens_of_rows(dataset)
    table = decisions.group_table(decision, tokens)
    counted = decisions.summary(decision, table, tokens, choice.threshold)
    ids = dataset.column(ROW_ID)
    if has_pairs:
        inside = pl.Series(among)
        stored = pair_table(decisions.neighbours(dataset, choice.kind, other_words=choice.other_words))
        stored = stored.filter(
            (pl.col("similarity") >= pl.lit(choice.threshold, pl.Float32))
            & inside.gather(stored["a"])
            & inside.gather(stored["b"])
        )
    else:
        drop = np.flatnonzero(decision.drop)
        stored = pl.DataFrame({"a": decision.kept[drop], "b": drop, "similarity": np.ones(len(drop), np.float32)})
    pairs = pl.DataFrame(
        [ids.gather(stored["a"]).alias("row_id_a"), ids.gather(stored["b"]).alias("row_id_b"), stored["similarity"]]
    )
    result = {
        "threshold": choice.threshold if has_pairs else None,
        "groups": counted.groups,
        "rows_in_groups": counted.rows,
        "rows_to_drop": counted.rows_to_drop,
        "tokens_to_drop": counted.tokens_to_drop,
        "largest": counted.largest,
        "pairs": pairs.height,
    }
    return result, pairs, _group_lines(decision, ids)


def _group_lines(decision: Decision, ids: pl.Series) -> pl.DataFrame:
    """A line per row in a group: groups in the order of their kept rows, in each group the kept row first."""
    drop = np.flatnonzero(decision.drop)
    kept = np.unique(decision.kept[drop])
    rows = np.concatenate([kept, drop])
    similarity = np.concatenate([np.ones(len(kept), np.float32), decision.similarity[drop]])
    lines = pl.DataFrame({"row": rows, "group": decision.kept[rows], "similarity": similarity})
    lines = lines.sort("group", pl.col("row") != pl.col("group"), "row")
    return pl.DataFrame(
        [
            ids.gather(lines["row"]).alias(ROW_ID),
            lines["group"],
            ids.gather(lines["group"]).alias("kept_row_id"),
            lines["similarity"].cast(pl.Float32),
        ]
    )


def _counted(dataset: Dataset, kind: str, rows: pl.Series) -> dict[str, Any]:
    """The counts of the kinds that keep no row."""
    threshold = None
    if kind == "leaks":
        threshold = float(str(dataset.signal("leaks").parameters["threshold"]))
        count = kinds.leak_count(dataset, kinds.leaks(dataset, decisions.pairs(dataset, "near"), rows))
    else:
        count = (kinds.shared_passages if kind == "spans" else kinds.repeating)(dataset, rows)
    return {
        "threshold": threshold,
        "groups": count.groups,
        "rows_in_groups": count.rows,
        "rows_to_drop": count.rows_to_drop,
        "tokens_to_drop": count.tokens,
        "largest": None,
        "pairs": None,
    }


def _in_words(result: dict[str, Any], rows: int) -> str:
    least = f" at {result['threshold']:g} or more" if result["threshold"] is not None else ""
    tokens = "" if result["tokens_to_drop"] is None else f", {result['tokens_to_drop']:,} tokens"
    if result["kind"] == "spans":
        return f"{result['groups']:,} shared passages in {result['rows_in_groups']:,} of {rows:,} rows{tokens}."
    if result["kind"] == "repetition":
        return f"{result['rows_in_groups']:,} of {rows:,} rows repeat themselves{tokens}."
    return (
        f"{result['kind']}{least}: {result['groups']:,} groups with {result['rows_in_groups']:,} of {rows:,} rows; "
        f"{result['rows_to_drop']:,} could be dropped{tokens}."
    )
