"""A folder of a dataset -> its files and the split of each: saved by `datasets`, or a dataset repository."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from analysis.errors import FormatError
from analysis.formats.jsonfiles import SPLITS

STATE, SPLIT_LIST, CARD = "state.json", "dataset_dict.json", "README.md"
DATA_SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt", ".parquet", ".arrow", ".feather", ".ipc")
PACKED_SUFFIXES = (".gz", ".zst")
META_FILES = frozenset(
    (STATE, SPLIT_LIST, "dataset_info.json", "dataset_infos.json", "package.json", "config.json", "requirements.txt")
)
MAX_CARD_CHARS = 8 << 20
MAX_FILES = 10_000
PART = re.compile(r"(?P<split>[A-Za-z][\w.]*?)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?\.")
WORD = re.compile(r"[A-Za-z]+")
CALLED = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
}
"""Words in the names of files and folders -> the split that `datasets` takes them for."""
assert set(CALLED) < SPLITS


@dataclass(frozen=True)
class FolderFiles:
    """The files of a folder in order, and the split of each; no splits where the folder names none."""

    files: tuple[Path, ...]
    splits: tuple[str, ...] = ()


def files_of(folder: Path, config: str | None = None) -> FolderFiles:
    """The files of a dataset's folder.

    `config`: the configuration of a repository; without it the only one, the one marked as default, or the one called
    default. Raises FormatError where there are several and none is chosen, and where the folder holds no data.
    """
    files = _saved(folder) or _of_configuration(folder, config)
    if files is None:
        _refuse_configuration(folder, config, [])
        files = _by_names(folder)
    if not files.files:
        endings = ", ".join(suffix.removeprefix(".") for suffix in DATA_SUFFIXES)
        raise FormatError(f"The folder {folder} holds no file of data ({endings}); name a file, or another folder.")
    return files


def configurations(folder: Path) -> list[str]:
    """The names of the configurations of a dataset repository; none for any other folder."""
    return [str(one["config_name"]) for one in _configurations(folder)]


def is_dataset_folder(folder: Path) -> bool:
    """Whether a folder is one dataset: saved by `datasets`, or with files that are named in its card or numbered."""
    if (folder / STATE).is_file() or (folder / SPLIT_LIST).is_file():
        return True
    data = folder / "data"
    try:
        if data.is_dir() and any(PART.match(name) for name in os.listdir(data)[:MAX_FILES]):
            return True
        with (folder / CARD).open("rb") as card:
            head = card.read(1 << 16)
    except OSError:
        return False
    return head.startswith(b"---") and b"\nconfigs:" in head and bool(_configurations(folder))


def _saved(folder: Path) -> FolderFiles | None:
    """A folder of `save_to_disk`: one dataset, or one folder for each split."""
    if (folder / STATE).is_file():
        state = _json(folder / STATE)
        split = state.get("_split")
        files = _state_files(folder, state)
        return FolderFiles(files, (str(split),) * len(files) if split else ())
    if (folder / SPLIT_LIST).is_file():
        names = _json(folder / SPLIT_LIST).get("splits")
        if not isinstance(names, list):
            raise FormatError(f"{folder / SPLIT_LIST} names no splits; save the dataset again with save_to_disk.")
    else:
        names = sorted(entry.name for entry in folder.iterdir() if (entry / STATE).is_file())
    if not names:
        return None
    pairs = [(file, str(name)) for name in names for file in _state_files_of(_within(folder, str(name)))]
    return FolderFiles(tuple(file for file, _ in pairs), tuple(split for _, split in pairs))


def _state_files_of(folder: Path) -> tuple[Path, ...]:
    if not (folder / STATE).is_file():
        raise FormatError(f"{folder} holds no {STATE}, so it is not a whole dataset; save it again with save_to_disk.")
    return _state_files(folder, _json(folder / STATE))


def _state_files(folder: Path, state: Mapping[str, Any]) -> tuple[Path, ...]:
    """The data files in the order of state.json, which is that of the rows."""
    listed = state.get("_data_files")
    names = [one.get("filename") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if not names or not all(isinstance(name, str) for name in names):
        raise FormatError(f"{folder / STATE} names no data files; save the dataset again with save_to_disk.")
    files = tuple(_within(folder, str(name)) for name in names)
    if missing := [file.name for file in files if not file.is_file()]:
        raise FormatError(f"{folder} lacks {missing[0]}, which {STATE} names; copy the whole folder.")
    return files


def _within(folder: Path, name: str) -> Path:
    """A path in the folder. Raises FormatError where the name leads out of it."""
    if PurePosixPath(name).is_absolute() or os.path.normpath(name).split(os.sep)[0] == "..":
        raise FormatError(f"{folder} names the file {name!r}, which is outside it; name the files to open.")
    return folder / name


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise FormatError(f"{path} cannot be read ({error}); save the dataset again.") from None
    if not isinstance(value, dict):
        raise FormatError(f"{path} holds no JSON object; save the dataset again.")
    return value


def _of_configuration(folder: Path, config: str | None) -> FolderFiles | None:
    """The files that the chosen configuration of a repository names."""
    every = _configurations(folder)
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
        _refuse_configuration(folder, config, names)
        chosen = every[names.index(config)]
    base = _within(folder, str(chosen.get("data_dir") or "."))
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


def _refuse_configuration(folder: Path, config: str | None, names: Sequence[str]) -> None:
    if config is not None and config not in names:
        has = f"it has {', '.join(names)}" if names else "it has none; open it without --config"
        raise FormatError(f"{folder} has no configuration {config!r}; {has}.")


def _configurations(folder: Path) -> list[dict[str, Any]]:
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
        path = _within(base, pattern)
        return [path] if path.is_file() else [file for file in _data_files(path) if path.is_dir()]
    return [file for file in _data_files(base) if _fits(file.relative_to(base).as_posix(), pattern)]


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


def _data_files(folder: Path) -> list[Path]:
    """The data files below a folder in order of path, without hidden ones and those that describe a dataset."""
    files: list[Path] = []
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        relative = path.relative_to(folder)
        if any(part.startswith((".", "__")) for part in relative.parts) or path.name in META_FILES:
            continue
        name = path.name.lower()
        for packed in PACKED_SUFFIXES:
            name = name.removesuffix(packed)
        if name.endswith(DATA_SUFFIXES) and path.is_file():
            files.append(path)
            if len(files) > MAX_FILES:
                raise FormatError(f"{folder} holds more than {MAX_FILES:,} files; name some of them.")
    return files


def _by_names(folder: Path) -> FolderFiles:
    """All data files, with the splits that the names of files and folders say where they say one for each file."""
    every = _data_files(folder)
    in_data = [file for file in every if file.relative_to(folder).parts[0] == "data"]
    files = in_data or every
    suffixes = sorted({_suffix(file) for file in files})
    if len(suffixes) > 1 and ".txt" in suffixes:
        suffixes.remove(".txt")  # a licence or a list of requirements
        files = [file for file in files if _suffix(file) != ".txt"]
    if len(suffixes) > 1:
        raise FormatError(
            f"{folder} holds files of several kinds ({', '.join(suffixes)}); name those of one, such as "
            f"{folder}/*{suffixes[0]}."
        )
    splits = [_split_named(file.relative_to(folder)) for file in files]
    ordered = sorted(zip(files, splits, strict=True), key=lambda pair: (_rank(pair[1], splits), pair[0]))
    if not any(splits):
        return FolderFiles(tuple(files))
    return FolderFiles(tuple(file for file, _ in ordered), tuple(split or "train" for _, split in ordered))


def _suffix(file: Path) -> str:
    suffixes = [suffix.lower() for suffix in file.suffixes if suffix.lower() not in PACKED_SUFFIXES]
    return suffixes[-1] if suffixes else ""


def _rank(split: str, splits: Iterable[str]) -> int:
    order = [*dict.fromkeys(CALLED.values()), *dict.fromkeys(splits)]
    return order.index(split)


def _split_named(path: Path) -> str:
    """The split in the name of a file or of its folders: `train-00000-of-00002.parquet`, `test.csv`, `dev/a.jsonl`."""
    if part := PART.match(path.name):
        return CALLED.get(part["split"].lower(), part["split"])
    for name in (path.name.partition(".")[0], *reversed(path.parts[:-1])):
        for word in WORD.findall(name):
            if word.lower() in CALLED:
                return CALLED[word.lower()]
    return ""
