"""Which vectors a dataset's map is made of: the choice of a tier, and what it needs to be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from analysis.dataset import Dataset
from analysis.embedding import endpoint, own, weights
from analysis.embedding.texts import Over, is_blank, text_over
from analysis.operators import join_values, split_values
from analysis.signals import catalogue
from analysis.workspace import Workspace

TIERS = {
    "coarse": "words and letters (coarse, no model)",
    "semantic": "meaning (all-MiniLM-L6-v2)",
    "bridge": "words and letters, bridged to meaning",
    "column": "the dataset's own vectors",
    "endpoint": "an endpoint's vectors",
}
SLOW_TEXTS = 50_000  # more of them take the model hours, so that a bridge is worth offering


class MapError(ValueError):
    """Something was asked of the map that its vectors or its rows cannot answer."""


def choose(
    workspace: Workspace, dataset: Dataset, *, tier: str | None = None, over: str | None = None,
    seed: int | None = None, model: str = "", width: int = 0, may_send: bool = False, **map_parameters: object,
) -> Dataset:  # fmt: skip
    """The dataset with these vectors chosen for its map, in so far as they are given; the rest stays as it was.

    `tier` is a name of TIERS; "column:NAME" takes that column, "column" that of the role embedding. `over`: "prompt",
    "response", "prompt+response", or "columns:A,B" for any text columns. `map_parameters`: of the signal map, such as
    `neighbours`. Nothing is computed. Errors: MapError, ModelError, SignalError.
    """
    embedding: dict[str, object] = dict(dataset.signal("embedding").parameters)
    laid_out: dict[str, object] = {**dataset.signal("map").parameters, **map_parameters}
    grouped: dict[str, object] = dict(dataset.signal("clusters").parameters)
    if tier is not None:
        embedding |= _of_tier(dataset, tier, model, width, may_send)
    if over is not None:
        kind, _, names = over.partition(":")
        texts = join_values(name.strip() for name in names.split(",")) if kind == "columns" else ""
        if unknown := [name.strip() for name in names.split(",") if names and name.strip() not in dataset.originals]:
            raise MapError(f"{dataset.name} has no column {unknown[0]!r}; it has: {', '.join(dataset.originals)}.")
        embedding |= {"over": kind, "texts": texts}
        grouped |= {"over": kind, "texts": texts}
    if seed is not None:
        embedding["seed"] = laid_out["seed"] = grouped["seed"] = seed
    changed = {"embedding": embedding, "map": laid_out, "clusters": grouped}
    for name, parameters in changed.items():
        for filled_in in [parameter for parameter in parameters if parameter.endswith("_key")]:
            del parameters[filled_in]
        catalogue.signal(name, parameters)  # says what does not fit before anything is kept
    return workspace.describe(dataset, parameters={**dataset.meta.get("parameters", {}), **changed})


def _of_tier(dataset: Dataset, tier: str, model: str, width: int, may_send: bool) -> Mapping[str, object]:
    name, _, column = tier.partition(":")
    if name not in TIERS:
        raise MapError(f"No tier is called {tier!r}; known: {', '.join(TIERS)}, the column as column:NAME.")
    plain = {"tier": name, "model": "", "address": "", "width": 0, "may_send": False}
    if name in ("semantic", "bridge"):
        weights.folder()
    if name == "column":
        column = column or dataset.roles.get("embedding", "")
        if column not in dataset.originals:
            raise MapError(
                f"{dataset.name} has no column {column or 'of the role embedding'}; it has: "
                f"{', '.join(dataset.originals)}. Name one as column:NAME."
            )
        return {**plain, "embedding": join_values([column]), "width": own.width_of(dataset.column(column))}
    if name == "endpoint":
        address = endpoint.url()
        if not address or not model:
            raise MapError("An endpoint needs WINNOW_EMBEDDINGS_URL in the environment and the name of a model.")
        if not may_send:
            texts, chars = to_be_sent(dataset)
            raise MapError(
                f"{texts:,} texts of {chars:,} characters would leave this machine for {address}; agree by --send, or "
                "choose another tier."
            )
        width = width or endpoint.embed(["width"], model, address).shape[1]
        return {**plain, "model": model, "address": address, "width": width, "may_send": True}
    return plain


def to_be_sent(dataset: Dataset, over: Over = "prompt", columns: Sequence[str] = ()) -> tuple[int, int]:
    """Distinct texts, and their characters, that an endpoint would be sent; of these columns where over says so."""
    texts = pl.concat_str([pl.col(name).cast(pl.String) for name in columns], separator="\x1f")
    asked = texts if over == "columns" else text_over(over)
    read = dataset.frame(columns if over == "columns" else ["prompt", "response", "text"]).lazy().select(text=asked)
    distinct = read.filter(~is_blank(pl.col("text"))).unique()
    counted: Any = distinct.select(pl.len(), pl.col("text").str.len_chars().sum()).collect().row(0)
    return int(counted[0]), int(counted[1] or 0)


def tier_in_words(dataset: Dataset) -> str:
    """Which vectors the dataset's map is made of, for people."""
    parameters = dataset.signal("embedding").parameters
    tier = str(parameters["tier"])
    if tier == "column":
        return f"{TIERS[tier]} ({parameters['embedding']})"
    over, texts = str(parameters["over"]), str(parameters["texts"])
    read = ", ".join(split_values(texts)) if over == "columns" and texts else over.replace("+", " and ")
    return f"{TIERS[tier]} of the {read}" + (f", {parameters['model']}" if tier == "endpoint" else "")


def own_column(dataset: Dataset, name: str) -> pl.Series:
    """A column of a signal, also where the source has one of the same name."""
    if name not in dataset.originals:
        return dataset.column(name)
    writer = catalogue.writer_of(name)
    if writer is None or not dataset.has(dataset.signal(writer)):
        raise MapError(f"{name} is not computed yet; compute {writer or name} first.")
    return pl.read_parquet(dataset.path(dataset.signal(writer)), columns=[name])[name]
