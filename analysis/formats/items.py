"""Which columns together are an item, so that its labels can be compared? Looked for in all rows of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from analysis.formats.options import ReadOptions
from analysis.formats.role_names import items_named
from analysis.formats.role_values import are_of_items
from analysis.formats.stored_names import item_columns

ENOUGH_SHARE = 0.9
"""From this share on, one annotator judges one item once, and labels of an item can be compared."""
MIN_PEOPLE = 1.5
MAX_CANDIDATES = 24
MAX_COLUMNS = 3


def with_items(info: Mapping[str, Any], folder: Path, reading: ReadOptions) -> dict[str, Any]:
    """The description with the columns that are an item: one as the role, several also as `items`."""
    info = dict(info)
    roles = info["roles"]
    given = item_columns(dict(reading.roles).get("item", ""), info["columns"], info["renamed"])
    if len(given) > 1:
        return info | {"items": given}
    rows = pl.scan_parquet(sorted((folder / "rows").glob("*.parquet")))
    if "annotator" not in roles or "item" in dict(reading.roles):
        return info
    if "item" not in roles:
        item = _repeating(info, rows)
        if item is None:
            return info
        info = info | {"roles": {**roles, "item": item}}
    items = _together(info, rows)
    return info | {"items": items} if len(items) > 1 else info


def _repeating(info: Mapping[str, Any], rows: pl.LazyFrame) -> str | None:
    """The column that is called like an item and repeats in all rows, where a sample did not show it."""
    schema = rows.collect_schema()
    names = (name for name in info["columns"] if not schema[name].is_nested())
    for column in items_named(names, info["roles"].values()):
        filled, distinct = (
            rows.select(pl.col(column).count(), n=pl.col(column).drop_nulls().n_unique()).collect().row(0)
        )
        if are_of_items(filled, distinct):
            return column
    return None


def _together(info: Mapping[str, Any], rows: pl.LazyFrame) -> list[str]:
    """The item, and as few more columns as make each annotator judge it once; the item alone where none do."""
    roles = info["roles"]
    names = [roles["item"], roles["annotator"]]
    schema = rows.collect_schema()
    apart = {roles.get(role) for role in ("label", "score", "created_at", "embedding", "messages")} | set(names)
    kinds = (pl.String, pl.Boolean)
    others = [c for c in info["columns"] if c not in apart and (schema[c] in kinds or schema[c].is_integer())]
    first = [roles[role] for role in ("group",) if roles.get(role) in others] + [c for c in others if c == "question"]
    others = list(dict.fromkeys([*first, *others]))[:MAX_CANDIDATES]
    frame = rows.select(*names, *others).drop_nulls(names).collect()
    frame = frame.select(pl.col(name).cast(pl.String).hash() for name in frame.columns)
    items, best = [roles["item"]], _once_share(frame, names)
    if not frame.height or best >= ENOUGH_SHARE:
        return items
    while others and best < ENOUGH_SHARE and len(items) < MAX_COLUMNS:
        shares = {
            c: _once_share(frame, [*items, c, roles["annotator"]])
            for c in others
            if _is_shared(frame, [*items, c], roles)
        }
        chosen = max(
            shares,
            key=lambda c: (shares[c] >= ENOUGH_SHARE, -frame[c].n_unique() if shares[c] >= ENOUGH_SHARE else shares[c]),
            default=None,
        )
        if chosen is None or shares[chosen] <= best:
            break
        items, best = [*items, chosen], shares[chosen]
        others.remove(chosen)
    return items if best >= ENOUGH_SHARE else items[:1]


def _once_share(frame: pl.DataFrame, columns: Sequence[str]) -> float:
    """The share of rows that are left where each of these values is taken once."""
    return frame.select(columns).n_unique() / frame.height if frame.height else 1.0


def _is_shared(frame: pl.DataFrame, items: Sequence[str], roles: Mapping[str, str]) -> bool:
    """Whether an item of these columns is still judged by several people."""
    people = frame.select([*items, roles["annotator"]]).n_unique()
    return people >= MIN_PEOPLE * frame.select(items).n_unique()
