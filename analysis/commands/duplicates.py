"""The command `duplicates`: which rows are copies, which of them would be dropped, and files that list them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import polars as pl
import typer

from analysis.annotations.in_place import take_annotations
from analysis.commands.shared import DatasetArgument, Json, Where, answer_about, compute_missing, load, no_rows
from analysis.counted import count
from analysis.dataset import Dataset
from analysis.duplicates import coverage, decisions, kinds, seen
from analysis.duplicates.decisions import Choice, Decision
from analysis.duplicates.groups import THRESHOLD, pair_table
from analysis.duplicates.passage_table import passages_aside
from analysis.duplicates.policies import Keep
from analysis.errors import UsageError
from analysis.joined_values import join_values, split_values
from analysis.signal import ROW_ID
from analysis.view import View
from analysis.workspace import Workspace

PASSAGES_SHOWN, PASSAGE_CHARS = 3, 100


class Boilerplate(Enum):
    """What is done with passages that many rows share."""

    ASIDE = "aside"
    KEPT = "kept"


class Judgements(Enum):
    """Whether equal rows of one item by several annotators are copies."""

    SEPARATE = "separate"
    COPIES = "copies"


class EmptyCells(Enum):
    """Whether rows with an empty cell are compared."""

    EQUAL = "equal"
    LEFT_OUT = "left_out"


def duplicates_command(
    name: DatasetArgument,
    kind: Annotated[str, typer.Option(help=f"{', '.join(kinds.KINDS)}.")] = "near",
    over: Annotated[
        str | None, typer.Option(help="row, prompt+response, prompt, response, text, or a column; for fields A~B.")
    ] = None,
    threshold: Annotated[float | None, typer.Option(min=0.5, max=1, help="The least similarity.")] = None,
    keep: Annotated[str, typer.Option(help=f"Which row stays: {', '.join(decisions.POLICIES)}.")] = "first",
    sources: Annotated[str, typer.Option(help="With --keep source: A~B, the best source first.")] = "",
    any_words: Annotated[
        bool, typer.Option("--any-words", help="With --kind meaning: also rows that share their words.")
    ] = False,
    boilerplate: Annotated[
        Boilerplate | None,
        typer.Option(help="With --kind near: passages that many rows share are set aside (aside) or compared (kept)."),
    ] = None,
    judgements: Annotated[
        Judgements | None,
        typer.Option(help="Equal rows of one item by several annotators: no copies (separate), or copies."),
    ] = None,
    empty_cells: Annotated[
        EmptyCells | None,
        typer.Option(help="With --kind fields: empty cells are equal, or their rows are not compared (left-out)."),
    ] = None,
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
    given = {"boilerplate": boilerplate, "judgements": judgements, "empty_cells": empty_cells}
    dataset = _asked(loaded, kind, over, threshold, {name: each.value for name, each in given.items() if each})
    if (pairs or groups) and kind not in decisions.SIGNAL_OF:
        raise UsageError(f"{kind} has no pairs or groups to write; known: {', '.join(decisions.SIGNAL_OF)}.")
    rows = dataset.rows_of(view)
    if why := coverage.not_possible(dataset, kind) or no_rows(dataset, view):
        answer_about(0, why, _nothing(kind, rows), as_json, "")
    counted = ["tokens"] if dataset.has_examples else []
    needed = [*kinds.KINDS[kind].signals, *decisions.missing_for(dataset, _policy(keep)), *counted]
    compute_missing(dataset, *map(dataset.signal, needed))
    compared = coverage.coverage(dataset, kind, rows)
    if not compared.compared:
        answer_about(0, _nothing_compared(compared), _nothing(kind, rows), as_json, "")
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
    result = {"kind": kind, **result, **seen.as_values(dataset, kind, rows, compared)}
    sentences = [_in_words(result, len(rows)), *_lines_about(dataset, result, rows, compared)]
    result["seconds"] = round(time.perf_counter() - started, 3)
    answer_about(compared.compared, "", result, as_json, "\n".join(sentences))


def _policy(keep: str) -> Keep:
    policies: dict[str, Keep] = {policy: policy for policy in decisions.POLICIES}
    if keep not in policies:
        raise UsageError(f"Rows cannot be kept by {keep!r}; known: {', '.join(policies)}.")
    return policies[keep]


def _nothing(kind: str, rows: pl.Series) -> dict[str, Any]:
    """The answer where no row was compared."""
    counts = dict.fromkeys(("threshold", "groups", "rows_in_groups", "rows_to_drop", "tokens_to_drop"))
    return {"kind": kind, **counts, "rows": len(rows)}


def _nothing_compared(compared: coverage.Coverage) -> str:
    """Why no row in view was compared, and what to do."""
    reasons = "; ".join(f"{rows:,} are {why}" for why, rows in compared.left_out.items())
    return f"of {compared.rows:,} rows in view {reasons}; compare another column with --over COLUMN."


def _lines_about(
    dataset: Dataset, result: dict[str, Any], rows: pl.Series, compared: coverage.Coverage
) -> Iterator[str]:
    """What was compared, what was set aside and what counts as no copy; the passages go into the result too."""
    kind = result["kind"]
    yield seen.what_was_compared(compared)
    if aside := seen.what_is_aside(dataset, kind, rows):
        result["boilerplate"]["passages"] = passages_aside(dataset).select("rows", "words", "text").to_dicts()
        yield f"{aside} --boilerplate kept compares them."
        for passage in result["boilerplate"]["passages"][:PASSAGES_SHOWN]:
            text = " ".join(passage["text"].split())
            shown = text if len(text) <= PASSAGE_CHARS else f"{text[:PASSAGE_CHARS]} …"
            yield f"  {passage['rows']:,} rows, {passage['words']:,} words: {shown}"
    if judgements := seen.what_are_judgements(dataset, kind, rows):
        yield judgements + (" --judgements copies counts them." if result["judgements"]["are_copies"] is False else "")


def _asked(loaded: Dataset, kind: str, over: str | None, threshold: float | None, given: Mapping[str, str]) -> Dataset:
    """The dataset with the signal's parameters as given for this run; the stored parameters do not change."""
    named = kinds.KINDS[kind].signal
    current = loaded.signal(named).parameters
    changed: dict[str, object] = dict(given)
    if unfit := [name for name in given if name not in current]:
        raise UsageError(
            f"{kind} has no choice of {unfit[0].replace('_', ' ')}; leave out --{unfit[0].replace('_', '-')}."
        )
    if over and kind == "fields":
        changed["columns"] = over
    elif over and "column" in current and over in loaded.schema and over not in ("row", "prompt", "response", "text"):
        changed |= {"over": "column", "column": join_values([over])}
    elif over and "over" in current:
        changed |= {"over": over, **({"column": ""} if "column" in current else {})}
    elif over:
        raise UsageError(f"{kind} does not compare chosen texts; leave out --over.")
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
        numbers = kinds.leak_count(dataset, kinds.leaks(dataset, decisions.pairs(dataset, "near"), rows))
    else:
        numbers = (kinds.shared_passages if kind == "spans" else kinds.repeating)(dataset, rows)
    return {
        "threshold": threshold,
        "groups": numbers.groups,
        "rows_in_groups": numbers.rows,
        "rows_to_drop": numbers.rows_to_drop,
        "tokens_to_drop": numbers.tokens,
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
    groups = count(result["groups"], "group")
    return (
        f"{result['kind']}{least}: {groups} with {result['rows_in_groups']:,} of {rows:,} rows; "
        f"{result['rows_to_drop']:,} could be dropped{tokens}."
    )
