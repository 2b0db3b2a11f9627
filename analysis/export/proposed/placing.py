"""Where in a record of the source are the texts of a row that give way to proposed ones?

A text is put back where exactly it was: the record must have it as a text of its own, at a place that cannot be that of
another text. What cannot be placed for certain is not placed, and the export counts it as lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from analysis.export.proposed.leaves import Path
from analysis.formats.chats import CONTENT_KEYS, REASONING_KEYS, ROLE_KEYS
from analysis.proposals import Rewritten

Leaves = Sequence[tuple[Path, str | None]]

NO_TEXT = (*ROLE_KEYS, "type", "id", "name", "tool_call_id", "signature")
"""Keys of a message whose values are no text that a person reads."""
BLANK_LINE = "\n\n"


class Placed(NamedTuple):
    """Path -> its new text, and the fields that have no certain place."""

    texts: dict[Path, str]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Keys:
    """What the texts are called in the records: `of_role`, role -> key; `texts`, all keys under which texts are."""

    of_role: Mapping[str, str]
    texts: frozenset[str] = field(default_factory=frozenset)


def place(leaves: Leaves, row: Rewritten, keys: Keys) -> Placed:
    """The places of the proposed texts of a row among the texts of its record."""
    texts: dict[Path, str] = {}
    lost: list[str] = []
    done: set[str] = set()
    for name, old in row.texts.items():
        if name not in row.edits or name in done:
            continue
        same = [other for other, text in row.texts.items() if text == old]
        places = _places_of(leaves, row, name, same, keys)
        done |= set(same) & row.edits.keys()
        texts |= places
        lost += [] if places else [other for other in same if other in row.edits]
    return Placed(texts, tuple(lost))


def _places_of(leaves: Leaves, row: Rewritten, name: str, same: Sequence[str], keys: Keys) -> dict[Path, str]:
    """The places of a text, and of those that are equal to it in the row; none where they are not certain."""
    old = row.texts[name]
    if old is None:
        return _in_place_of_null(leaves, row, same, keys)
    paths = [path for path, text in leaves if text == old and _may_hold(path, keys)]
    if not paths and name == "prompt":
        return _of_two_fields(leaves, old, row.edits[name], keys)
    if not paths:  # under a key that no role names, such as one in a layout of its own
        paths = [path for path, text in leaves if text == old and not _is_no_text(path)]
        return {paths[0]: row.edits[name]} if len(paths) == len(same) == 1 else {}
    new = [row.edits.get(other, old) for other in same]
    if len(set(new)) == 1:
        surest = paths if len(paths) == len(same) else _of_usual_keys(paths, keys)
        return dict.fromkeys(surest, new[0])
    return _one_by_one(paths, dict(zip(same, new, strict=True)), old, keys)


def _in_place_of_null(leaves: Leaves, row: Rewritten, same: Sequence[str], keys: Keys) -> dict[Path, str]:
    """Texts of fields that had none, in the place of the null under the key of their role."""
    nulls = {path for path, text in leaves if text is None}
    edited = [field for field in same if field in row.edits]
    paths = {field: (keys.of_role.get(field, ""),) for field in edited}
    if not set(paths.values()) <= nulls:
        return {}
    return {paths[field]: row.edits[field] for field in edited}


def _one_by_one(paths: Sequence[Path], new: Mapping[str, str], old: str, keys: Keys) -> dict[Path, str]:
    """Equal texts of which some change: each by the key of its role, those of messages by their order."""
    left = list(paths)
    texts: dict[Path, str] = {}
    for name in [name for name in new if "." not in name]:
        path = (keys.of_role.get(name, ""),)
        if path not in left:
            return {}
        left.remove(path)
        texts[path] = new[name]
    rejected = [path for path in left if path[0] == keys.of_role.get("rejected")]
    chosen = [path for path in left if path not in rejected]
    for several, column in ((chosen, "messages."), (rejected, "messages_rejected.")):
        names = [name for name in new if name.startswith(column)]
        if len(names) != len(several):
            return {}
        texts |= dict(zip(several, (new[name] for name in names), strict=True))
    return {path: text for path, text in texts.items() if text != old}


def _of_two_fields(leaves: Leaves, old: str, new: str, keys: Keys) -> dict[Path, str]:
    """A prompt made of an instruction and an input: the part that changes; where both do, the instruction becomes the
    whole prompt and the input is empty, which is read as the same prompt."""
    of_path = dict(leaves)
    paths = [(keys.of_role.get(role, ""),) for role in ("prompt", "input")]
    head, rest = (of_path.get(path) for path in paths)
    if not head or rest is None or f"{head}{BLANK_LINE}{rest}" != old:
        return {}
    new_head, new_rest = new.removesuffix(f"{BLANK_LINE}{rest}"), new.removeprefix(f"{head}{BLANK_LINE}")
    if new_head not in ("", new):
        return {paths[0]: new_head}
    if new_rest != new and new_rest.strip():
        return {paths[1]: new_rest}
    return {paths[0]: new, paths[1]: ""}


def _may_hold(path: Path, keys: Keys) -> bool:
    return bool(path) and path[0] in keys.texts and not _is_no_text(path)


def _is_no_text(path: Path) -> bool:
    return _key_of(path) in NO_TEXT


def _of_usual_keys(paths: Sequence[Path], keys: Keys) -> list[Path]:
    """Those of the paths whose key is one for texts."""
    usual = {*CONTENT_KEYS, *REASONING_KEYS, *keys.texts}
    return [path for path in paths if _key_of(path) in usual]


def _key_of(path: Path) -> str:
    """The last key of a path; positions in lists have none."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")
