"""The names of the rules that a text breaks, as one column."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl


def names_of(broken: Mapping[str, pl.Expr]) -> pl.Expr:
    """The names of the rules that are broken, as a list in the order of the rules."""
    return pl.concat_list(pl.when(breaks).then(pl.lit(name)) for name, breaks in broken.items()).list.drop_nulls()
