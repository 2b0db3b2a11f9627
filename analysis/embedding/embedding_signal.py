"""Which vector does each example have? Vectors have unit length; the nearer two vectors, the more similar the texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
import polars as pl

from analysis.embedding import bridge, coarse, endpoint, minilm, own, repository
from analysis.embedding.texts import Over, is_blank, text_over
from analysis.embedding.vectors import Floats, Whole, column_of
from analysis.errors import SignalError
from analysis.signal import Scope, Signal

Tier = Literal["coarse", "semantic", "bridge", "model", "column", "endpoint"]
FIGURE = pl.Struct({"figure": pl.String, "value": pl.Float64, "rows": pl.UInt32})
WEIGHT = pl.Struct({"feature": pl.UInt32, "weights": pl.Array(pl.Float16, coarse.WIDTH)})


class _Embedded(NamedTuple):
    """Vectors of distinct texts, which of these were cut, what was measured, a coarse model's weights."""

    vectors: Floats
    is_cut: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    figures: tuple[tuple[str, float, int], ...] = ()
    model: coarse.CoarseModel | None = None


@dataclass(frozen=True)
class Embedding(
    Signal,
    name="embedding",
    version=2,
    reads=("prompt", "response", "text"),
    roles=("embedding", "texts"),
    adds={"unit_vector": pl.Array(pl.Float16, coarse.WIDTH), "embedding_status": pl.String},
    tables={"figures": FIGURE, "model": WEIGHT},
    scope="dataset",
):
    """A vector of unit length for what `over` names: the cosine of two rows is the dot product of their vectors.

    `tier` says what makes it. "coarse": words and letter n-grams, weighted and reduced to 128 dimensions, fitted to
    this dataset; no model. "semantic": all-MiniLM-L6-v2 in 8-bit integers, 384 dimensions, its first `max_tokens`
    tokens. "bridge": vectors like the model's, predicted from coarse ones by a regression learnt on `sample` texts;
    refused, before the other texts are read, where it is not clearly better than "coarse" on held-out texts. "model":
    the repository `model`, a path or hub id, whose files have this `digest`; it reads as many tokens as it was made
    for. "column": the column of the role `embedding`. "endpoint": the model `model` at `address`; refused unless
    `may_send` says that a person agreed to send the texts. Vectors of these three have `width` numbers and are scaled
    to unit length.

    `embedding_status`: "embedded"; "cut", only the beginning of a text that is longer; "empty", nothing but white
    space, without a vector; for a column also "wrong_length" and "not_finite"; "zero", without direction. Both columns
    are null where there is nothing to read. Equal texts are embedded once, by a model once in 100,000 texts. `over`
    "columns" reads the column that `texts` names; of several, those that are not null, joined.

    The table `figures` holds what was measured: for a bridge `overlap_share` and `coarse_share`, the share of the ten
    nearest by the model that it and the coarse vectors find among held-out rows. `model` holds the weights of a coarse
    model, a line per feature, for embedding another text. Both belong to the first row that has a vector.
    """

    over: Over = "prompt"
    tier: Tier = "coarse"
    max_tokens: int = minilm.MAX_TOKENS
    sample: int = 20_000
    seed: int = 0
    embedding: str = ""
    texts: str = ""
    model: str = ""
    digest: str = ""
    address: str = ""
    width: int = 0
    may_send: bool = False

    def __post_init__(self) -> None:
        if self.over not in get_args(Over):
            raise SignalError(f"{self.over!r} cannot be embedded; known: {', '.join(get_args(Over))}.")
        if self.tier not in get_args(Tier):
            raise SignalError(f"No tier of embedding is called {self.tier!r}; known: {', '.join(get_args(Tier))}.")
        if not 2 <= self.max_tokens <= 512 or self.sample < 50:
            raise SignalError("max_tokens of embedding is from 2 to 512, its sample at least 50.")
        if self.tier in ("model", "column", "endpoint") and self.width < 1:
            raise SignalError(f"The tier {self.tier} needs its width: how many numbers a vector has, such as 768.")
        if self.tier == "model" and not self.digest:
            raise SignalError("The tier model needs the digest of its files; choose it by the map, which reads them.")
        width = {"coarse": coarse.WIDTH, "semantic": minilm.WIDTH, "bridge": minilm.WIDTH}.get(self.tier, self.width)
        # What it adds, and whether rows are independent, depends on the tier, which is a parameter and so in the key.
        adds = {"unit_vector": pl.Array(pl.Float16, width), "embedding_status": pl.String}
        scope: Scope = "dataset" if self.tier in ("coarse", "bridge") else "row"
        object.__setattr__(self, "adds", adds)
        object.__setattr__(self, "scope", scope)
        object.__setattr__(self, "sends", self.tier == "endpoint")

    def texts_of(self, rows: pl.DataFrame) -> pl.Series:
        """The texts to embed of these rows, which have the columns `inputs`; null where there is no text."""
        return rows.select(*self.reads, *map(self._played, self.roles)).select(text=text_over(self.over)).to_series()

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        if self.tier == "column":
            vectors, places, status = own.read(rows["embedding"], self.width)
            which = np.full(rows.height, -1)
            which[places] = np.arange(len(places))
            return self._columns(_Embedded(vectors, np.zeros(0, np.bool_)), which, status)
        table = rows.select(text=text_over(self.over)).with_columns(blank=is_blank(pl.col("text")))
        places = (~table["blank"]).fill_null(False).arg_true().to_numpy().astype(np.int64)
        texts = table["text"].gather(places)
        distinct = texts.unique(maintain_order=True)
        embedded = self._embed(distinct.to_list())
        which = np.full(rows.height, -1)
        if len(texts):
            numbers = pl.int_range(len(distinct), eager=True)
            which[places] = texts.replace_strict(distinct, numbers, return_dtype=pl.Int64).to_numpy()
        word = pl.when("blank").then(pl.lit("empty")).when(~pl.col("blank")).then(pl.lit("embedded"))
        status = table.select(word).to_series().scatter(places[embedded.is_cut[which[places]]], "cut")
        return self._columns(embedded, which, status)

    def _columns(self, embedded: _Embedded, which: Whole, status: pl.Series) -> pl.DataFrame:
        """All columns of the rows; `which` is the number of each row's vector, -1 where there is none."""
        has_direction = np.append(embedded.vectors.any(axis=1), True)
        status = status.scatter(np.flatnonzero(~has_direction[which]), "zero").alias("embedding_status")
        which = np.where(has_direction[which], which, -1)
        figures = [{"figure": name, "value": value, "rows": rows} for name, value, rows in embedded.figures]
        columns = [column_of(embedded.vectors, which), status]
        is_first = pl.int_range(len(status), eager=True) == next(iter(np.flatnonzero(which >= 0)), -1)
        hung = [_hung(figures, FIGURE, is_first, "figures"), _hung(_lines(embedded.model), WEIGHT, is_first, "model")]
        return pl.DataFrame([*columns, *hung])

    def _embed(self, texts: list[str]) -> _Embedded:
        """The vectors of distinct texts, none of them blank."""
        if self.tier == "semantic":
            return _Embedded(*minilm.encode(texts, self.max_tokens))
        if self.tier == "endpoint":
            if not self.may_send:
                raise SignalError(
                    f"{len(texts):,} texts of {sum(map(len, texts)):,} characters would be sent to {self.address}; "
                    "agree by may_send=true, or choose another tier."
                )
            vectors = endpoint.embed(texts, self.model, self.address, self.width)
            return _Embedded(vectors.reshape(-1, self.width), np.zeros(len(texts), np.bool_))
        if self.tier == "model":
            checkpoint, encoder = repository.opened(self.model, self.digest)
            encoded = encoder.remember([checkpoint.read(text) for text in texts])
            if texts and encoded.vectors.shape[1] != self.width:
                raise SignalError(
                    f"{self.model} gives vectors of {encoded.vectors.shape[1]} numbers, expected {self.width}; "
                    "choose it again."
                )
            return _Embedded(encoded.vectors.reshape(-1, self.width), encoded.is_cut)
        is_cut = np.array([len(text) > coarse.MAX_CHARS for text in texts], dtype=np.bool_)
        model = coarse.fit(texts, self.seed, bridge.WIDTH if self.tier == "bridge" else coarse.WIDTH)
        if self.tier == "coarse":
            return _Embedded(model.vectors(texts), is_cut, model=model)
        chosen = [texts[i] for i in bridge.sample(len(texts), self.sample, self.seed)]
        semantic = minilm.encoder(self.max_tokens).encode(chosen).vectors
        learnt = bridge.learn(model.vectors(chosen), semantic, self.seed)
        if not learnt.is_clearly_better:
            raise SignalError(learnt.refusal)
        shares = (
            ("overlap_share", learnt.overlap_share, learnt.held_out),
            ("coarse_share", learnt.coarse_share, learnt.held_out),
        )
        return _Embedded(bridge.bridged(model, texts, learnt), is_cut, shares)


def _lines(model: coarse.CoarseModel | None) -> list[dict[str, object]] | pl.Series:
    if model is None:
        return []
    weights = pl.Series("weights", model.weights.astype(np.float16), dtype=pl.Array(pl.Float16, coarse.WIDTH))
    return pl.DataFrame({"feature": pl.Series(model.features, dtype=pl.UInt32), "weights": weights}).to_struct()


def _hung(entries: list[dict[str, object]] | pl.Series, entry: pl.Struct, is_first: pl.Series, name: str) -> pl.Series:
    """A list column with all entries on one row, null on every other; null on all where there are no entries."""
    nothing = pl.Series(name, [None], dtype=pl.List(entry))
    held = pl.Series(name, entries, dtype=entry).implode().alias(name) if len(entries) else nothing
    return pl.concat([held, nothing]).gather((~is_first).cast(pl.UInt32))
