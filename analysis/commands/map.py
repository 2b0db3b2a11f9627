"""The commands `map`, `similar` and `sample`: which clusters, which similar rows, and which rows to take."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from analysis.annotations import open_annotations
from analysis.annotations.cluster_names import renamed
from analysis.commands.shared import (
    DatasetArgument,
    Json,
    Where,
    answer_about,
    compute_missing,
    load,
    no_rows,
    with_value,
)
from analysis.commands.table import check_ending, chosen, write_table
from analysis.dataset import Dataset
from analysis.errors import ModelError, SignalError, UsageError
from analysis.map.alike import position_of, similar_to_row, similar_to_text
from analysis.map.asked_names import ask_names, questions
from analysis.map.asked_names import model as chat_model
from analysis.map.cards import apart, cluster_cards
from analysis.map.chosen import TIERS, choose_vectors, own_column, tier_in_words
from analysis.map.clusters_signal import Level
from analysis.map.picks import diverse, nested, proportional, redundant
from analysis.signal import ROW_ID
from analysis.view import View
from analysis.workspace import Workspace

PICKS = ("diverse", "proportional", "redundant")
SHOWN_CHARS = 100
Seed = Annotated[int | None, typer.Option(min=0, help="The seed of all random choices; 0 if never given.")]


def map_command(
    name: DatasetArgument,
    over: Annotated[
        str | None,
        typer.Option(
            help="What is embedded: prompt, response, prompt+response, or columns:A,B (A~B where a name holds a comma)."
        ),
    ] = None,
    tier: Annotated[
        str | None,
        typer.Option(
            help=f"What makes the vectors: {', '.join(TIERS)}; a column as column:NAME, a model's folder as model:PATH."
        ),
    ] = None,
    seed: Seed = None,
    model: Annotated[str, typer.Option(help="The model that an endpoint uses.")] = "",
    asks: Annotated[
        bool, typer.Option("--ask-names", help="Ask WINNOW_CHAT_MODEL at WINNOW_CHAT_URL for names of clusters.")
    ] = False,
    send: Annotated[bool, typer.Option("--send", help="Agree that texts are sent to the endpoint.")] = False,
    as_json: Json = False,
) -> None:
    """Places, clusters and their names from the chosen vectors; what is computed already is not computed again."""
    started = time.perf_counter()
    workspace = Workspace()
    dataset = workspace.dataset(name)
    before = dataset.meta.get("parameters", {})
    if tier is not None or over is not None or seed is not None:
        dataset = choose_vectors(
            dataset, workspace.describe, tier=tier, over=over, seed=seed, model=model, may_send=send
        )
    try:
        compute_missing(dataset, *map(dataset.signal, ("embedding", "neighbours", "map", "clusters")))
    except (SignalError, ModelError):
        workspace.describe(dataset, parameters=before)  # parameters that cannot be computed are not kept
        raise
    rows = pl.int_range(dataset.height, dtype=pl.UInt32, eager=True)
    asked = _ask(workspace, dataset, rows, may_send=send) if asks else {}
    cards, groups = _called(workspace, dataset, rows, "cluster"), _called(workspace, dataset, rows, "cluster_group")
    alone, without = apart(dataset, rows)
    placed = own_column(dataset, "is_placed").sum()
    result: dict[str, Any] = {
        "tier": dataset.signal("embedding").parameters["tier"],
        "over": dataset.signal("embedding").parameters["over"],
        "rows": dataset.height,
        "fitted": dataset.height - without - placed,
        "placed": placed,
        "without_vector": without,
        "apart": alone,
        "clusters": cards.select("cluster", "name", "rows", "words").to_dicts(),
        "asked_names": [{"cluster": cluster, "name": name} for cluster, name in asked.items()],
        "groups": groups.select("cluster", "name", "rows", "words").to_dicts(),
        "figures": _figures(dataset),
        "seconds": round(time.perf_counter() - started, 3),
    }
    answer_about(dataset.height - without, _why_no_vector(dataset), result, as_json, _in_words(dataset, result))


def _why_no_vector(dataset: Dataset) -> str:
    if not dataset.height:
        return f"{dataset.name} has no rows; open a file with rows."
    over = str(dataset.signal("embedding").parameters["over"])
    return (
        f"none of the {dataset.height:,} rows has a vector, since none has the text that was chosen, {over}. "
        "Choose another: winnow map DATASET --over columns:A,B."
    )


def _ask(workspace: Workspace, dataset: Dataset, rows: pl.Series, *, may_send: bool) -> dict[int, str]:
    """Stores the names that the chat endpoint gives, with its model as their author; other names stay."""
    cards = _called(workspace, dataset, rows, "cluster")
    given = ask_names(cards, questions(dataset, cards), may_send=may_send)
    with open_annotations(workspace.home) as notes:
        for cluster, name in given.items():
            notes.names.give(
                dataset.fingerprint, dataset.signal("clusters").key, "cluster", cluster, name, chat_model()
            )
    return given


def _called(workspace: Workspace, dataset: Dataset, rows: pl.Series, level: Level) -> pl.DataFrame:
    """The cards with the names that people gave to the clusters."""
    with open_annotations(workspace.home) as notes:
        names = notes.names.given(dataset.fingerprint, dataset.signal("clusters").key)
    return renamed(cluster_cards(dataset, rows, level), level, names)


def _figures(dataset: Dataset) -> dict[str, float]:
    """What was measured while embedding: how good a bridge is."""
    table = dataset.table(dataset.signal("embedding"), "figures")
    return dict(zip(table["figure"], table["value"], strict=True))


def _in_words(dataset: Dataset, result: dict[str, Any]) -> str:
    lines = [f"{result['rows']:,} rows by {tier_in_words(dataset)}: {len(result['clusters'])} clusters."]
    lines += [f"{card['rows']:>9,}  {card['name']}" for card in result["clusters"]]
    lines.append(f"{result['apart']:>9,}  unclustered rows")
    if result["without_vector"]:
        lines.append(f"{result['without_vector']:>9,}  without a vector, so not on the map")
    lines += [f"{name}: {value:.3f}" for name, value in result["figures"].items()]
    return "\n".join(lines)


def similar_command(
    name: DatasetArgument,
    to: Annotated[str, typer.Option(metavar="ROW_ID|TEXT", help="The id of a row, or a sentence.")],
    where: Where = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many rows.")] = 20,
    as_json: Json = False,
) -> None:
    """The most similar rows, most similar first, by the vectors chosen for the map."""
    dataset, view = load(name, where, ["unit_vector"])
    rows = dataset.rows_of(view)
    if not with_value(dataset, "unit_vector", dataset.rows_of(View())):
        answer_about(0, _why_no_vector(dataset), {"to": to, "rows": []}, as_json, "")
    position = position_of(dataset, to)
    nearest = (
        similar_to_text(dataset, to, limit, rows)
        if position is None
        else similar_to_row(dataset, position, limit, rows)
    )
    read = next((name for name in ("prompt", "text", *dataset.texts()) if name in dataset.shown_columns), ROW_ID)
    whole = dataset.frame([read], nearest["row"]).to_series().cast(pl.String).fill_null("")
    texts = whole.str.replace_all(r"\s+", " ").str.head(SHOWN_CHARS).alias("text")
    listed = nearest.select(ROW_ID, "cosine").with_columns(texts).to_dicts()
    tier = dataset.signal("embedding").parameters["tier"]
    result = {"tier": tier, "to": to, "is_row": position is not None, "rows": listed}
    lines = [f"{r['cosine']:.3f}  {r[ROW_ID]}  {r['text']}" for r in listed]
    others = with_value(dataset, "unit_vector", rows) - (position is not None and position in rows)
    why = no_rows(dataset, view) or "no other row in view has a vector; remove a --where, or choose another --over."
    answer_about(others, why, result, as_json, "\n".join(lines))


def sample_command(
    name: DatasetArgument,
    size: Annotated[int, typer.Option(min=1, help="How many rows.")],
    out: Annotated[Path, typer.Option(help="A .jsonl, .csv or .parquet file.")],
    by: Annotated[str, typer.Option(help=f"Which rows: {', '.join(PICKS)}.")] = "diverse",
    where: Where = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives another sample.")] = 0,
    is_nested: Annotated[
        bool,
        typer.Option("--nested", help="Also files of 25 and 50 %, each inside the next; only with --by proportional."),
    ] = False,
    only_ids: Annotated[bool, typer.Option("--only-ids", help="Only the ids, in the order of the sample.")] = False,
    as_json: Json = False,
) -> None:
    """A sample of the rows in view, with their ids and the source's own columns."""
    if by not in PICKS:
        raise UsageError(f"No sample is called {by!r}; known: {', '.join(PICKS)}.")
    if is_nested and by != "proportional":
        raise UsageError("Nested samples are proportional; add --by proportional, or leave out --nested.")
    check_ending(out)
    needed = {"diverse": "unit_vector", "proportional": "cluster", "redundant": "outlier_score"}[by]
    dataset, view = load(name, where, [needed, "unit_vector"])
    rows = dataset.rows_of(view)
    looked_at = with_value(dataset, "unit_vector", rows)
    if not looked_at:
        why = no_rows(dataset, view) or _why_no_vector(dataset)
        answer_about(0, why, {"by": by, "of": len(rows), "files": []}, as_json, "")
    if is_nested:
        samples = nested(dataset, rows, size, seed=seed)
        picks = {out.with_stem(f"{out.stem}-{round(share * 100)}"): picked for share, picked in samples.items()}
    elif by == "redundant":
        picks = {out: redundant(dataset, rows, size)}
    else:
        picks = {out: (diverse if by == "diverse" else proportional)(dataset, rows, size, seed)}
    columns = [ROW_ID, *(column for column in dataset.originals if column != ROW_ID)]
    for path, picked in picks.items():
        in_order = [dataset.frame([ROW_ID], picked)] if only_ids else chosen(dataset, columns, picked.sort())
        write_table(pl.concat(in_order), path)
    written = [{"path": str(path), "rows": len(picked)} for path, picked in picks.items()]
    lines = [f"{file['path']}: {file['rows']:,} of {len(rows):,} rows" for file in written]
    answer_about(looked_at, "", {"by": by, "of": len(rows), "files": written}, as_json, "\n".join(lines))
