"""What a person chose for the exports of a dataset: format, cleaning, redaction and splits, kept in the workspace.

It belongs to the bytes of the source, so that it is the same after the dataset was read again with other roles, or
removed from the workspace and opened again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from analysis.errors import ExportError
from analysis.export.redaction.plan import read_plan
from analysis.export.request import CLEANABLE, FORMATS
from analysis.whole_files import write_text_whole

FOLDER = "export_choices"


@dataclass(frozen=True)
class ExportChoice:
    """The format, the kinds of noise to remove, what is done with each type of personal data, the column of splits
    that get no copies of each other, the splits that stay whole, and whether solved examples are unpacked. "" and
    empty: not chosen."""

    to: str
    clean: tuple[str, ...]
    redact: tuple[str, ...]
    split_safe: str = ""
    protect: tuple[str, ...] = ()
    unpack_shots: bool = False


NOTHING = ExportChoice("", (), ())


def kept_choice(home: Path, fingerprint: str) -> ExportChoice:
    """The latest choice for this dataset; an empty one where there is none yet.

    Raises ExportError where it cannot be read: a redaction must not be forgotten in silence.
    """
    from pydantic import TypeAdapter, ValidationError

    path = _path(home, fingerprint)
    try:
        choice = TypeAdapter(ExportChoice).validate_json(path.read_bytes(), strict=True)
        plan = read_plan(choice.redact)
    except FileNotFoundError:
        return NOTHING
    except (OSError, ValidationError, ExportError) as error:
        fault = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise ExportError(
            f"What was chosen for the exports of this dataset cannot be read from {path} ({fault}); choose again, "
            "above all what is done with personal data."
        ) from None
    clean = tuple(kind for kind in choice.clean if kind in CLEANABLE)
    return replace(
        choice, to=choice.to if choice.to in FORMATS else "", clean=clean, redact=tuple(map(str, plan.values()))
    )


def keep_choice(home: Path, fingerprint: str, choice: ExportChoice) -> None:
    """Keeps the choice. Raises ExportError where it cannot be written."""
    path = _path(home, fingerprint)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text_whole(path, json.dumps(asdict(choice), indent=1))
    except OSError as error:
        raise ExportError(
            f"The choice for the exports of this dataset cannot be kept in {path} ({error.strerror or error}); "
            "free some space or make the folder writable."
        ) from None


def _path(home: Path, fingerprint: str) -> Path:
    return home / FOLDER / f"{fingerprint}.json"
