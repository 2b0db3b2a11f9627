"""What will an export put in place of personal data? Some hits of each type, before and after, values masked."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analysis.dataset import Dataset
from analysis.export.redaction.plan import Redaction
from analysis.export.redaction.stand_ins import instead_of
from analysis.keys import workspace_key
from analysis.personal_data import tables
from analysis.personal_data.types import ENTITY_TYPES, described
from analysis.signal import ROW_ID
from analysis.view import View

HITS_A_TYPE = 3
CONTEXT_CHARS = 25


def preview(dataset: Dataset, view: View, plan: Mapping[str, Redaction]) -> pl.DataFrame:
    """`type`, `title`, `before`, `after`, `row_id`: the first hits of each type in view, if its signal is computed.

    `before` is the context with the value masked, `after` the same with its stand-in: the first draw. An export draws
    again where the words around make personal data of it.
    """
    key = workspace_key()
    lines = []
    for type_, rule in plan.items():
        name = "named_entities" if type_ in ENTITY_TYPES else "personal_data"
        if not dataset.has(dataset.signal(name)):
            continue
        spans = tables.spans_in(dataset, view, name)
        some = spans.filter((pl.col("type") == type_) & ~pl.col("is_placeholder")).head(HITS_A_TYPE)
        ids = dataset.frame([ROW_ID], some["row"])[ROW_ID]
        shown = tables.snippets(dataset, some, CONTEXT_CHARS).with_columns(ids)
        for line in shown.iter_rows(named=True):
            value = tables.value_at(dataset, line["row"], line["field"], line["message"], line["start"], line["end"])
            new = "(the row is left out)" if rule.how == "drop" else instead_of(rule, key, value, line[ROW_ID])
            around = (f"… {line['before']}", f"{line['after']} …")
            after = new if rule.how == "drop" else new.join(around)
            lines.append((type_, described(type_).title, line["masked"].join(around), after, line[ROW_ID]))
    names = ("type", "title", "before", "after", ROW_ID)
    return pl.DataFrame(lines, schema=dict.fromkeys(names, pl.String), orient="row")
