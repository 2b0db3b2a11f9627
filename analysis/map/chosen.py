"""Which vectors a dataset's map is made of: the choice of a tier, and what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, cast

import polars as pl

from analysis.computing import CHUNK_ROWS
from analysis.dataset import Dataset
from analysis.embedding import endpoint, own, repository, weights
from analysis.embedding.embedding_signal import Embedding
from analysis.embedding.texts import Over, is_blank
from analysis.errors import MapError
from analysis.joined_values import join_values, split_values

TIERS = {
    "coarse": "words and letters (coarse, no model)",
    "semantic": "meaning (all-MiniLM-L6-v2)",
    "bridge": "words and letters, bridged to meaning",
    "model": "a model of yours",
    "column": "the dataset's own vectors",
    "endpoint": "an endpoint's vectors",
}
SLOW_TEXTS = 50_000  # the model needs hours for more of them, so a bridge is offered


class Keep(Protocol):
    """Stores changes of a dataset's description, and returns the dataset with them."""

    def __call__(self, dataset: Dataset, **changes: object) -> Dataset: ...


def choose_vectors(
    dataset: Dataset,
    keep: Keep,
    *,
    tier: str | None = None,
    over: str | None = None,
    seed: int | None = None,
    model: str = "",
    width: int = 0,
    may_send: bool = False,
    **map_parameters: object,
) -> Dataset:
    """The dataset with these vectors chosen for its map; what is not given stays as it was.

    `tier` is a name of TIERS; "column:NAME" takes that column, "column" that of the role embedding; "model:PATH" takes
    the repository at that path or hub id, as `model` does. `over`: "prompt", "response", "prompt+response", or
    "columns:A,B" for any text columns, "columns:A~B" where a name holds a comma. `map_parameters`: of the signal map,
    such as `neighbours`. Nothing is computed. `keep` stores the parameters: `Workspace.describe`. Where other
    texts than before would go to an endpoint, `may_send` says that a person agreed to it. Raises MapError, ModelError,
    SignalError.
    """
    before: dict[str, object] = dict(dataset.signal("embedding").parameters)
    of_texts = {} if over is None else _of_over(dataset, over)
    embedding = before | of_texts | ({} if seed is None else {"seed": seed})
    laid_out: dict[str, object] = {**dataset.signal("map").parameters, **map_parameters}
    grouped: dict[str, object] = {**dataset.signal("clusters").parameters, **of_texts}
    paired: dict[str, object] = {**dataset.signal("meaning_pairs").parameters, **of_texts}
    if tier is not None:
        embedding |= _of_tier(dataset, tier, model)
    if embedding["tier"] == "endpoint" and (embedding != before or tier is not None):
        embedding |= _of_endpoint(dataset, embedding, width, may_send)
    if seed is not None:
        laid_out["seed"] = grouped["seed"] = seed
    changed = {"embedding": embedding, "map": laid_out, "clusters": grouped, "meaning_pairs": paired}
    for name, parameters in changed.items():
        for filled_in in [parameter for parameter in parameters if parameter.startswith("of_")]:
            del parameters[filled_in]
        dataset.catalogue.signal(name, parameters)  # raises where something does not fit, before anything is stored
    return keep(dataset, parameters={**dataset.meta.get("parameters", {}), **changed})


def _of_over(dataset: Dataset, over: str) -> dict[str, object]:
    kind, _, names = over.partition(":")
    named = split_values(names)
    if not all(name in dataset.originals for name in named):
        named = [name.strip() for name in names.split(",") if name.strip()]
    if unknown := [name for name in named if name not in dataset.originals]:
        raise MapError(f"{dataset.name} has no column {unknown[0]!r}; it has: {', '.join(dataset.originals)}.")
    if kind == "columns" and not named:
        raise MapError(f"No column is named to be embedded; write columns:A,B of: {', '.join(dataset.originals)}.")
    return {"over": kind, "texts": join_values(named) if kind == "columns" else ""}


def _of_tier(dataset: Dataset, tier: str, model: str) -> Mapping[str, object]:
    name, _, given = tier.partition(":")
    if name not in TIERS:
        tiers = ", ".join(TIERS)
        raise MapError(f"No tier is called {tier!r}; known: {tiers}; a column as column:NAME, a model as model:PATH.")
    plain = {"tier": name, "model": "", "digest": "", "address": "", "width": 0, "may_send": False}
    if name in ("semantic", "bridge"):
        weights.folder()
    if name == "column":
        column = given or dataset.roles.get("embedding", "")
        if column not in dataset.originals:
            raise MapError(
                f"{dataset.name} has no column {column or 'of the role embedding'}; it has: "
                f"{', '.join(dataset.originals)}. Name one as column:NAME."
            )
        return {**plain, "embedding": join_values([column]), "width": own.width_of(dataset.column(column))}
    if name == "model":
        asked = given or model
        if not asked:
            raise MapError("The tier model needs a repository; name its folder or hub id as model:PATH.")
        path = Path(asked).expanduser()
        asked = str(path.resolve()) if path.exists() else asked
        checkpoint = repository.find(asked)
        width = checkpoint.encoder().encode(["width"]).vectors.shape[1]
        return {**plain, "model": asked, "digest": checkpoint.digest, "width": width}
    if name == "endpoint":
        if not endpoint.url() or not model:
            raise MapError("An endpoint needs WINNOW_EMBEDDINGS_URL in the environment and the name of a model.")
        return {**plain, "model": model, "address": endpoint.url()}
    return plain


def _of_endpoint(dataset: Dataset, chosen: Mapping[str, object], width: int, may_send: bool) -> Mapping[str, object]:
    """Its width, and that a person agreed to send these texts. Raises MapError where `may_send` is not set."""
    model, address, width_before = str(chosen["model"]), str(chosen["address"]), int(str(chosen["width"]))
    if not may_send:
        texts, chars = _counted(dataset, chosen)
        raise MapError(
            f"{texts:,} texts of {chars:,} characters would leave this machine for {address}; agree by --send, or "
            "choose another tier."
        )
    return {"width": width or width_before or endpoint.embed(["width"], model, address).shape[1], "may_send": True}


def to_be_sent(dataset: Dataset, over: str | None = None) -> tuple[int, int]:
    """Texts, and their characters, that would be sent to an endpoint for this `over`, or for the one chosen before.

    Blank texts are not sent; of equal texts in one chunk of rows only one is sent.
    """
    return _counted(dataset, dataset.signal("embedding").parameters if over is None else _of_over(dataset, over))


def _counted(dataset: Dataset, chosen: Mapping[str, object]) -> tuple[int, int]:
    texts = texts_of(dataset, chosen)
    chunk = pl.int_range(pl.len()) // CHUNK_ROWS
    sent = pl.LazyFrame([texts]).with_columns(chunk=chunk).filter(~is_blank(pl.col("text"))).unique()
    counted: Any = sent.select(pl.len(), pl.col("text").str.len_chars().sum()).collect().row(0)
    return int(counted[0]), int(counted[1] or 0)


def texts_of(dataset: Dataset, chosen: Mapping[str, object], rows: pl.Series | None = None) -> pl.Series:
    """The texts, named `text`, that `over` and `texts` in `chosen` select, of the rows at these positions or of all."""
    signal = Embedding(over=cast(Over, chosen["over"]), texts=str(chosen["texts"]))
    return signal.texts_of(dataset.frame(signal.inputs, rows)).alias("text")


def tier_in_words(dataset: Dataset) -> str:
    """Which vectors the dataset's map is made of, in words."""
    parameters = dataset.signal("embedding").parameters
    tier = str(parameters["tier"])
    if tier == "column":
        return f"{TIERS[tier]} ({parameters['embedding']})"
    over = str(parameters["over"])
    read = ", ".join(split_values(str(parameters["texts"]))) if over == "columns" else over.replace("+", " and ")
    model = Path(str(parameters["model"])).name if tier == "model" else parameters["model"]
    return f"{TIERS[tier]}{f' ({model})' if model else ''} of the {read}"


def own_column(dataset: Dataset, name: str) -> pl.Series:
    """A column of a signal, even where the source has a column of the same name."""
    if name not in dataset.originals:
        return dataset.column(name)
    writer = dataset.catalogue.writer_of(name)
    if writer is None or not dataset.has(dataset.signal(writer)):
        raise MapError(f"{name} is not computed yet; compute {writer or name} first.")
    return pl.read_parquet(dataset.path(dataset.signal(writer)), columns=[name])[name]
