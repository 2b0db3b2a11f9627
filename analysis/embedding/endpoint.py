"""Vectors from an endpoint that speaks OpenAI's embeddings protocol. Only here can text leave the machine.

The address is `WINNOW_EMBEDDINGS_URL`, the key, if any, `WINNOW_EMBEDDINGS_KEY`; neither is called unless the signal
says that a person agreed to send these texts. Names of clusters are requested by `posted` too.
"""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from analysis.embedding.vectors import Floats, unit
from analysis.errors import ModelError

BATCH_TEXTS, TIMEOUT_S = 64, 60.0
LARGEST = 3e38  # about the largest float32


def url() -> str:
    """The configured address, without a slash at its end; empty where there is none."""
    return os.environ.get("WINNOW_EMBEDDINGS_URL", "").rstrip("/")


def embed(texts: Sequence[str], model: str, address: str, width: int = 0) -> Floats:
    """Unit vectors float32 [n, width] of the texts; a width of 0 accepts any. Raises ModelError where it gives none."""
    if not address.startswith(("http://", "https://")) or address != url():
        raise ModelError(
            f"Vectors were asked of {address or 'no address'}, but WINNOW_EMBEDDINGS_URL is {url() or 'not set'}; "
            "set it to the address that was agreed to."
        )
    batches = [
        _asked(texts[start : start + BATCH_TEXTS], model, address) for start in range(0, len(texts), BATCH_TEXTS)
    ]
    vectors = np.concatenate(batches) if batches else np.zeros((0, width), np.float32)
    if width and vectors.shape[1] != width:
        raise ModelError(f"{model} gave vectors of {vectors.shape[1]} numbers, expected {width}; choose it again.")
    return unit(vectors)


def _asked(texts: Sequence[str], model: str, address: str) -> Floats:
    body = {"model": model, "input": [text or " " for text in texts]}
    answer = posted(f"{address}/embeddings", os.environ.get("WINNOW_EMBEDDINGS_KEY", ""), body)
    return _vectors(answer, len(texts), address)


def posted(to: str, key: str, body: Mapping[str, object]) -> Any:
    """The JSON answer to a JSON body. Raises ModelError where there is none."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(to, json.dumps(body).encode(), headers), timeout=TIMEOUT_S
        ) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise ModelError(f"{to} refused ({error.code} {error.reason}); check the model's name and key.") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise ModelError(f"{to} gave no answer ({error}); check the address.") from None


def _vectors(answer: Any, count: int, address: str) -> Floats:
    """The vectors of an answer in the order of the texts, whatever the order in the answer.

    Raises ModelError where it is not one vector per text, all of one width and of numbers that a float32 can hold.
    """
    try:
        entries = sorted(answer["data"], key=lambda entry: entry["index"])
        vectors = [list(entry["embedding"]) for entry in entries]
    except (KeyError, TypeError) as error:
        raise ModelError(
            f"{address} gave no vectors (it answered something else: {error}); check WINNOW_EMBEDDINGS_URL."
        ) from None
    are_numbers = all(isinstance(v, int | float) and abs(v) < LARGEST for vector in vectors for v in vector)
    if len(vectors) != count or len(set(map(len, vectors))) > 1 or not are_numbers:
        raise ModelError(
            f"{address} gave no vectors (it answered {len(vectors):,} lists to {count:,} texts; expected is one list "
            "of equally many finite numbers per text); check WINNOW_EMBEDDINGS_URL."
        )
    return np.array(vectors, dtype=np.float32)
