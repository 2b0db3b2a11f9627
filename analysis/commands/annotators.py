"""The command `annotators`: how much people agree on the same items, and their consensus."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import polars as pl
import typer

from analysis.annotators import (
    LEVELS,
    Labels,
    accuracy,
    agreement,
    dawid_skene,
    gold_of,
    label_accuracy,
    labels_of,
    level_of,
    per_annotator,
    self_agreement,
    votes_of,
)
from analysis.commands.shared import DatasetArgument, Json, Where, answer_about, load, no_rows
from analysis.dataset import Dataset
from analysis.errors import DatasetError, LabelsError
from analysis.reading.judged_items import columns_of, judged_columns


def annotators_command(
    name: DatasetArgument,
    item: Annotated[
        str | None, typer.Option(metavar="C[,C2]", help="What is judged; the role item if not given.")
    ] = None,
    annotator: Annotated[str | None, typer.Option(metavar="C", help="Who judged; the role if not given.")] = None,
    label: Annotated[str | None, typer.Option(metavar="C", help="The label; the role label, else score.")] = None,
    gold: Annotated[str | None, typer.Option(metavar="C", help="The correct label, for the accuracy of each.")] = None,
    level: Annotated[str | None, typer.Option(help=f"{', '.join(LEVELS)}; by the labels if not given.")] = None,
    missing: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="A label that means that none was given.")
    ] = None,
    where: Where = None,
    as_json: Json = False,
) -> None:
    """Agreement with its intervals, each annotator against the others and the gold labels, and the consensus."""
    given = [c.strip() for c in (item or "").split(",") if c.strip()]
    dataset, _ = load(name)
    stored = {source: column for column, source in dataset.meta["renamed"].items()}  # a file may call a column "system"
    given = [stored.get(column, column) for column in given]
    annotator, label, gold = (stored.get(column, column) if column else None for column in (annotator, label, gold))
    dataset, view = load(dataset.id, where, [*given, *(c for c in (annotator, label, gold) if c)])
    items = given or columns_of(dataset, "item")
    people = annotator or next(iter(columns_of(dataset, "annotator")), "")
    labels_in = label or next(iter(judged_columns(dataset)), "")
    for role, column in (("item", items), ("annotator", people), ("label", labels_in)):
        if not column:
            raise DatasetError(
                f"No column of {dataset.name} plays the role {role}; name it with --{role}. "
                f"It has: {', '.join(dataset.shown_columns)}."
            )
    rows = dataset.rows_of(view)
    frame = dataset.frame(list(dict.fromkeys([*items, people, labels_in])), rows)
    if why := no_rows(dataset, view):
        answer_about(0, why, {"labels": 0, "items": 0}, as_json, "")
    labels = labels_of([frame[c] for c in items], frame[people], _given(frame[labels_in], missing or []), rows)
    if not len(labels):
        why = (
            f"none of the {len(rows):,} rows in view has a value in each of {', '.join([*items, people, labels_in])}. "
            "Name other columns with --item, --annotator and --label."
        )
        answer_about(0, why, {"labels": 0, "items": 0}, as_json, "")
    result = _result(dataset, labels, level or level_of(labels), gold)
    answer_about(len(labels), "", result, as_json, _in_words(result))


def _given(labels: pl.Series, missing: list[str]) -> pl.Series:
    """The labels with null for the words that mean that none was given."""
    return labels.set(labels.cast(pl.String).is_in(missing), None) if missing else labels


def _result(dataset: Dataset, labels: Labels, level: str, gold: str | None) -> dict[str, Any]:
    coefficients, votes = agreement(labels, level), votes_of(labels)
    truth = gold_of(labels, dataset.column(gold)) if gold else None
    people = per_annotator(votes, truth)
    result: dict[str, Any] = {
        "alpha": coefficients.alpha.value,
        "level": level,
        "fleiss_kappa": coefficients.fleiss.value,
        "raw_agreement": coefficients.raw.value,
        "labels": len(labels),
        "items": labels.items,
        "left_out": labels.left_out,
        "annotators": people.to_dicts(),
        "majority_accuracy": accuracy(votes, truth)[0] if truth is not None else None,
        "dawid_skene_accuracy": None,
        "ties": int(votes.is_tie.sum()),
        "disputed": int(votes.is_disputed.sum()),
        "intervals": {
            name: asdict(each)
            for name, each in (
                ("alpha", coefficients.alpha),
                ("fleiss_kappa", coefficients.fleiss),
                ("raw_agreement", coefficients.raw),
                ("self_agreement", self_agreement(labels)[0]),
            )
        },
    }
    try:
        model = dawid_skene(labels)
    except LabelsError as error:
        result["dawid_skene_why"] = str(error)
        return result
    result["dawid_skene_accuracy"] = label_accuracy(model.label, truth)[0] if truth is not None else None
    expected = model.per_annotator().select("annotator", "expected_accuracy")
    result["annotators"] = people.join(expected, on="annotator", how="left", maintain_order="left").to_dicts()
    return result


def _in_words(result: dict[str, Any]) -> str:
    lines = [f"{result['labels']:,} labels of {result['items']:,} items by {len(result['annotators']):,} annotators."]
    for name, words in (
        ("alpha", f"Krippendorff's alpha, {result['level']}"),
        ("fleiss_kappa", "Fleiss' kappa"),
        ("raw_agreement", "Raw agreement"),
        ("self_agreement", "Self-agreement"),
    ):
        of = result["intervals"][name]
        between = f" ({of['low']:.3f} to {of['high']:.3f})" if of["low"] is not None else ""
        lines.append(f"{words}: {of['value']:.3f}{between}" if of["value"] is not None else f"{words}: {of['why']}")
    lines.append(f"{result['disputed']:,} items in dispute, {result['ties']:,} of them without a majority.")
    shown = pl.DataFrame(result["annotators"]).head(20)
    for row in shown.iter_rows(named=True):
        share = "" if row["agreement"] is None else f"  {row['agreement']:.0%} with the others"
        right = "" if row["accuracy"] is None else f"  {row['accuracy']:.0%} right"
        lines.append(f"{row['labels']:>9,}  {row['annotator']}{share}{right}")
    if (left := len(result["annotators"]) - shown.height) > 0:
        lines.append(f"(other {left:,})")
    return "\n".join(lines)
