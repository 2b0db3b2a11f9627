"""The loader of language pipelines: tags, trees, lemmas and entities of texts, by spaCy. Never a download.

A pipeline is named by `en_winnow_sm` (shipped in `models/`, the default), by an installed spaCy package such as
`en_core_web_sm`, or by the path of a pipeline's folder.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.errors import ModelError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

DEFAULT_PIPELINE = "en_winnow_sm"
DEFAULT_PIPELINE_VERSION = "0.1.0"
SHIPPED = Path(__file__).resolve().parents[2] / "models"
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
NAMING = ("ner", "entity_ruler")
"""The components of a pipeline that find names."""
BATCH_TEXTS = 256  # texts that a pipeline gets at a time; fewer or many more are slower


@functools.lru_cache(maxsize=4)
def pipeline(name: str = DEFAULT_PIPELINE, version: str = "", exclude: tuple[str, ...] = ()) -> Language:
    """The spaCy pipeline of that name without the components of `exclude`, loaded once per process.

    With a `version`, it must still be the one that `pipeline_version` gave. Raises ModelError where it is not.
    """
    if version and version != (seen := pipeline_version(name)):
        raise ModelError(f"The pipeline {name!r} is now version {seen}, no longer {version}; choose it again.")
    import spacy

    place = _pipeline_folder(name) or name
    try:
        loaded = spacy.load(place, exclude=exclude)
    except (OSError, ValueError, KeyError, ImportError) as error:
        reason = str(error).strip().split("\n")[0][:200]
        raise ModelError(f"{name} cannot be loaded as a spaCy pipeline ({reason}).") from None
    _multiply_by_numpy(loaded)
    return loaded


def pipeline_version(name: str) -> str:
    """What identifies a pipeline in a signal's key: its version, with a hash for a local folder."""
    folder = _pipeline_folder(name)
    if folder is None:
        from importlib.metadata import version

        return version(name)
    try:
        description = (folder / "meta.json").read_bytes()
        version_ = str(json.loads(description)["version"])
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"{folder} is no spaCy pipeline: its meta.json cannot be read ({error}).") from None
    return version_ if name == DEFAULT_PIPELINE else f"{version_}+{hashlib.sha256(description).hexdigest()[:8]}"


@functools.lru_cache(maxsize=16)
def labels_of(name: str = DEFAULT_PIPELINE) -> frozenset[str]:
    """The labels that the pipeline gives to names. Raises ModelError where there is no such pipeline."""
    folder = _pipeline_folder(name)
    if folder is None:
        from spacy.util import get_package_path

        folder = get_package_path(name)
    pipeline_version(name)  # raises where the description cannot be read
    labels = json.loads((folder / "meta.json").read_bytes()).get("labels") if (folder / "meta.json").exists() else None
    if labels is None:
        loaded = pipeline(name)
        labels = {component: loaded.pipe_labels.get(component, []) for component in NAMING}
    return frozenset(label for component in NAMING for label in labels.get(component, []))


def _pipeline_folder(name: str) -> Path | None:
    """The folder of a shipped or local pipeline; None for an installed package. Raises ModelError where neither is."""
    if name == DEFAULT_PIPELINE:
        return SHIPPED / DEFAULT_PIPELINE
    path = Path(name).expanduser()
    if name and path.is_dir():
        return path
    from spacy.util import get_installed_models, is_package

    if name and is_package(name):
        return None
    names = ", ".join([DEFAULT_PIPELINE, *sorted(get_installed_models())])
    raise ModelError(
        f"No language pipeline {name!r} here: known are {names} and the path of a pipeline's folder; "
        "others are installed as packages with pip."
    )


def parsed(model: Language, texts: Iterable[str]) -> Iterator[Doc]:
    """The texts parsed by the pipeline, in their order, on one thread: more threads only wait for each other here."""
    from threadpoolctl import ThreadpoolController

    with ThreadpoolController().limit(limits=1, user_api="blas"):
        yield from model.pipe(texts, batch_size=BATCH_TEXTS)


def _multiply_by_numpy(loaded: Language) -> None:
    """Lets NumPy compute the pipeline's matrix products: two to three times as fast as thinc's own on a CPU."""
    from thinc.api import Model, NumpyOps

    products: Any = NumpyOps()
    products.gemm = _product
    for _, component in loaded.pipeline:
        model = getattr(component, "model", None)
        for node in model.walk() if isinstance(model, Model) else ():
            node.ops = products


def _product(x: Floats, y: Floats, out: Floats | None = None, trans1: bool = False, trans2: bool = False) -> Floats:
    product: Floats = np.matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)
    return product
