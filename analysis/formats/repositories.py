"""The configurations of a dataset repository, as its README.md lists them -> the files of one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from analysis.errors import FormatError
from analysis.formats.data_files import FolderFiles, data_files, within

CARD = "README.md"
MAX_CARD_CHARS = 8 << 20


def of_configuration(folder: Path, config: str | None) -> FolderFiles | None:
    """The files that the chosen configuration of a repository names."""
    every = configurations_of(folder)
    if not every:
        return None
    names = [str(one["config_name"]) for one in every]
    if config is None:
        default = [one for one in every if one.get("default") is True or one["config_name"] == "default"]
        if len(every) > 1 and not default:
            raise FormatError(
                f"{folder} has {len(every)} configurations ({', '.join(names)}); choose one with --config NAME."
            )
        chosen = default[0] if default else every[0]
    else:
        refuse_configuration(folder, config, names)
        chosen = every[names.index(config)]
    base = within(folder, str(chosen.get("data_dir") or "."))
    pairs = [(file, split) for split, pattern in _patterns(chosen) for file in _matching(base, pattern, folder)]
    if not pairs:
        wanted = ", ".join(dict.fromkeys(pattern for _, pattern in _patterns(chosen)))
        raise FormatError(
            f"The configuration {chosen['config_name']} of {folder} names the files {wanted}, and none is there; "
            "fetch them too."
        )
    unique = dict(pairs)  # a file that two patterns name is read once
    splits = tuple(unique.values())
    return FolderFiles(tuple(unique), splits if any(splits) else ())


def refuse_configuration(folder: Path, config: str | None, names: Sequence[str]) -> None:
    """Raises FormatError where a configuration is asked for that is not among these."""
    if config is not None and config not in names:
        has = f"it has {', '.join(names)}" if names else "it has none; open it without --config"
        raise FormatError(f"{folder} has no configuration {config!r}; {has}.")


def configurations_of(folder: Path) -> list[dict[str, Any]]:
    """The configurations in the front matter of README.md that name their files."""
    listed = _front_matter(folder / CARD).get("configs")
    if not isinstance(listed, list):
        return []
    named = [one for one in listed if isinstance(one, dict) and (one.get("data_files") or one.get("data_dir"))]
    return [{"config_name": "default", **one} for one in named]


def _front_matter(card: Path) -> dict[str, Any]:
    """The YAML between the two lines of `---` that open a dataset card."""
    try:
        text = card.read_text(encoding="utf-8-sig")[:MAX_CARD_CHARS]
    except (OSError, UnicodeDecodeError):
        return {}
    block = re.match(r"---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|$)", text, re.DOTALL)
    if not block:
        return {}
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        value = yaml.load(block[1], Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise FormatError(
            f"The YAML at the top of {card} cannot be read ({reason}); mend it, or name the files."
        ) from None
    return value if isinstance(value, dict) else {}


def _patterns(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(split, pattern) in order, in all the ways in which a configuration may write them."""
    data_files = config.get("data_files") or "**"
    if isinstance(data_files, dict):
        return [(str(split), pattern) for split, one in data_files.items() for pattern in _texts(one)]
    pairs: list[tuple[str, str]] = []
    for one in data_files if isinstance(data_files, list) else [data_files]:
        if isinstance(one, dict):
            pairs += [(str(one.get("split", "train")), pattern) for pattern in _texts(one.get("path"))]
        else:
            pairs.append(("", str(one)))
    return pairs


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one) for one in values if one]


def _matching(base: Path, pattern: str, folder: Path) -> list[Path]:
    """The data files that a pattern such as `data/train-*` names, in order of name."""
    if "://" in pattern:
        raise FormatError(f"{folder} names the files {pattern}, which are not in it; fetch them and name their folder.")
    pattern = pattern.removeprefix("./")
    if not set(pattern) & set("*?["):
        path = within(base, pattern)
        return [path] if path.is_file() else [file for file in data_files(path) if path.is_dir()]
    return [file for file in data_files(base) if _fits(file.relative_to(base).as_posix(), pattern)]


def _fits(path: str, pattern: str) -> bool:
    """Whether a pattern names a path; `**` stands for any folders, `*` for no slash."""
    parts, wanted = path.split("/"), pattern.split("/")

    def fits(part: int, want: int) -> bool:
        if want == len(wanted):
            return part == len(parts)
        if wanted[want] == "**":
            return want == len(wanted) - 1 or any(fits(step, want + 1) for step in range(part, len(parts) + 1))
        return part < len(parts) and fnmatchcase(parts[part], wanted[want]) and fits(part + 1, want + 1)

    return fits(0, 0)
