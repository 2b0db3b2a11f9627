"""How many rows were compared for one kind of duplicate, in which columns, and why were the others not?"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from analysis.dataset import Dataset
from analysis.dataset.names import name_in_file
from analysis.duplicates.judgements import ROLES, are_judged
from analysis.duplicates.kinds import KINDS, split_column
from analysis.duplicates.texts import ROW_TEXTS
from analysis.joined_values import split_values
from analysis.signal import ROW_ID

READ = {  # kind -> the column that says whether a row was compared
    "bytes": "identical_group_size",
    "exact": "duplicate_group_size",
    "normalised": "normalised_group_size",
    "near": "near_status",
    "meaning": "meaning_status",
    "fields": "field_status",
    "spans": "shared_span_share",
    "repetition": "repetition_share",
    "leaks": "is_leak",
}
WHY = {  # status -> why a row of this status was not compared with others
    "too_short": "shorter than a shingle, so compared only for equality",
    "empty": "without a letter or a digit",
    "capped": "similar to so many rows that they were compared only with some",
}
JUDGED = {  # kind -> the column that says whether a row is a further judgement of an item
    "bytes": "is_identical_judgement",
    "exact": "is_duplicate_judgement",
    "normalised": "is_normalised_judgement",
    "near": "is_near_judgement",
}


class Coverage(NamedTuple):
    """Of `rows` in view, how many were `compared`, in which `columns`; `left_out`: why not, with the number of rows.
    `capped`: rows among the compared ones that were compared with only some others."""

    rows: int
    compared: int
    columns: list[str]
    left_out: dict[str, int]
    capped: int


class Boilerplate(NamedTuple):
    """`rows` in view of which a passage is set aside, and the length of the longest such part of a row in words."""

    rows: int
    words: int


def not_possible(dataset: Dataset, kind: str) -> str:
    """Why this kind cannot look at any row of the dataset, and what to do; empty where it can."""
    parameters = dataset.signal(KINDS[kind].signal).parameters
    if kind == "fields" and not parameters["columns"]:
        return "no column is chosen; name the columns whose values are compared."
    if kind == "leaks" and split_column(dataset) is None:
        return "no column has the role split, and there is one file only; give a column the role split."
    over = str(parameters.get("over", "row"))
    if kind in ("bytes", "exact") and parameters["whole"] and over == "row":
        return ""
    if kind == "fields" or parameters.get("column") or (kind == "meaning" and parameters["texts"]):
        return ""
    if not texts_of(dataset):
        return (
            "no column has the role of a prompt, a response, messages or text; give a column such a role, choose "
            "another column, or compare whole rows with the kind exact."
        )
    if over in ("prompt", "response", "rejected", "text") and over not in dataset.canonical:
        return f"there is no {over} in this dataset; it has {', '.join(texts_of(dataset))}."
    return ""


def texts_of(dataset: Dataset) -> list[str]:
    """The roles of texts that this dataset has, as canonical columns."""
    return [name for name in ROW_TEXTS if name in dataset.canonical]


def columns_read(dataset: Dataset, kind: str) -> list[str]:
    """The columns that are compared: the canonical ones, or columns of the source."""
    parameters = dataset.signal(KINDS[kind].signal).parameters
    for name in ("columns", "column", "whole", "texts"):
        if parameters.get(name) and (name != "whole" or parameters.get("over", "row") == "row"):
            return split_values(str(parameters[name]))
    over = str(parameters.get("over", "row" if kind == "bytes" else ""))
    if kind == "leaks":
        return texts_of(dataset)
    has = texts_of(dataset)
    if over == "row":
        return has
    if over == "prompt+response":
        if "messages" in has:
            return ["messages"]
        return [name for name in ("prompt", "response") if name in has] or ["text"]
    return [over] if over else []


def coverage(dataset: Dataset, kind: str, rows: pl.Series) -> Coverage:
    """How many of these rows were compared. The signal of the kind must be computed."""
    column = dataset.column(READ[kind]).gather(rows)
    left_out: dict[str, int] = {}
    capped = 0
    if column.dtype == pl.String:
        counted = dict(column.drop_nulls().value_counts().iter_rows())
        left_out = {why: counted[status] for status, why in WHY.items() if status != "capped" and status in counted}
        capped = counted.get("capped", 0)
        if kind == "fields" and dataset.signal("field_pairs").parameters["empty_cells"] == "equal":
            left_out = {}
    failed = _failed(dataset, kind, rows)
    if failed:
        left_out["on which the computation failed"] = failed
    if missing := column.null_count() - failed:
        left_out[_nothing_there(dataset, kind)] = missing
    columns = [name_in_file(dataset.meta, column) for column in columns_read(dataset, kind)]
    return Coverage(len(rows), len(rows) - sum(left_out.values()), columns, left_out, capped)


def _failed(dataset: Dataset, kind: str, rows: pl.Series) -> int:
    """On how many of these rows the signal of the kind failed."""
    failed = dataset.failures(dataset.signal(KINDS[kind].signal))["row_id"]
    return int(dataset.column(ROW_ID).gather(rows).is_in(failed.implode()).sum()) if len(failed) else 0


def _nothing_there(dataset: Dataset, kind: str) -> str:
    """Why a row has no value in the column of a kind."""
    if kind == "fields":
        left_out = dataset.signal("field_pairs").parameters["empty_cells"] == "left_out"
        return "with an empty cell" if left_out else "with nothing to compare"
    return {"leaks": "without a split", "meaning": "without a vector"}.get(kind, "without a text")


def boilerplate_of(dataset: Dataset, rows: pl.Series) -> Boilerplate:
    """What near_pairs set aside in these rows."""
    words = dataset.column("near_aside_words").gather(rows)
    longest = words.max()
    return Boilerplate(int((words > 0).sum()), int(longest) if isinstance(longest, int) else 0)


class Judged(NamedTuple):
    """`roles` -> column of the roles by which rows are judgements; `rows` in view that another annotator judged before,
    with the same item and text; `are_copies`: whether they count as copies."""

    roles: dict[str, str]
    rows: int
    are_copies: bool


def judged(dataset: Dataset, kind: str, rows: pl.Series) -> Judged | None:
    """How this kind treats several judgements of one item; None where the dataset has none, or the kind compares chosen
    columns or whole records, in which the annotator is compared too."""
    roles = {name: column for name in ROLES if (column := dataset.roles.get(name))}
    if kind not in JUDGED or not are_judged(roles.get("item"), roles.get("annotator"), roles.get("label")):
        return None
    if "item" in roles:
        roles.pop("label", None)
    if set(roles.values()) <= set(columns_read(dataset, kind)):
        return None
    are_copies = dataset.signal(KINDS[kind].signal).parameters["judgements"] == "copies"
    named = {role: name_in_file(dataset.meta, column) for role, column in roles.items()}
    return Judged(named, int(dataset.column(JUDGED[kind]).gather(rows).sum()), are_copies)


def people_of_items(dataset: Dataset, rows: pl.Series) -> tuple[int, int] | None:
    """The least and the most annotators of an item among these rows; null where a role is missing or has no value."""
    item, annotator = dataset.roles.get("item"), dataset.roles.get("annotator")
    if not item or not annotator:
        return None
    judged_by = dataset.frame([item, annotator], rows).drop_nulls().group_by(item).agg(pl.col(annotator).n_unique())
    people = judged_by[annotator].to_list()
    return (min(people), max(people)) if people else None
