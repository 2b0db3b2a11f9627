"""The row reader on screen: one row at a time, read and tagged from the keyboard, safe for hostile text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

__all__ = ["Change", "place_in", "read_log", "reader"]

_HERE = Path(__file__).parent
_SCRIPTS = ("marks", "log", "keys", "row", "reader")  # one script to the browser, in this order
_COMPONENT = st.components.v2.component(
    "winnow_reader",
    css=(_HERE / "reader.css").read_text(encoding="utf-8"),
    js="\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS),
)
DEFAULT_FOLD = 900


class Change(NamedTuple):
    """One key press of a person: a tag set or taken off, or an undo. (client, seq) is never used twice.

    Of an undo the other fields say what the reader showed at once; null where it had no change of its own to undo.
    """

    client: str
    seq: int
    is_undo: bool
    row_id: str | None
    tag: str | None
    is_on: bool | None


def reader(
    *,
    key: str,
    data: Mapping[str, Any],
    on_log: Callable[[], None],
    on_want: Callable[[], None],
    on_at: Callable[[], None],
) -> None:
    """Draws the reader. `data`:

    revision  text that changes with the rows or their order; the reader then goes to `at`, otherwise it stays
    total     rows in the view;  at: the 0-based position to begin with
    base      position of the first of `rows`, the window of payloads (see `analysis.reading`), about 60 around `wanted`
    tags      names of the tags, the first nine on the digits;  fold: characters shown of a long text, default 900
    single    whether a row has one tag at most, so that another takes its place; default False
    alike     whether more rows like one can be asked for, under "like"; default False
    dataset   what the row ids belong to, such as a fingerprint
    acked     {client: seq of its last change that is stored}, kept for the whole process, not for one session; the tags
              of `rows` must be read after these changes

    The callbacks are called on a new log, a wish for another window and a move: see `read_log`, `place_in`.
    """
    log = _log(st.session_state.get(key))
    clients = {log.get("client"), *(entry.get("client") for entry in log.get("entries", ()))}
    sent = {**data, "acked": {client: seq for client, seq in data["acked"].items() if client in clients}}
    sent.setdefault("fold", DEFAULT_FOLD)
    _COMPONENT(
        key=key,
        data=sent,
        on_log_change=on_log,
        on_want_change=on_want,
        on_at_change=on_at,
        on_reveal_change=on_at,
        on_like_change=on_at,
    )


def read_log(state: object, acked: Mapping[str, int], dataset: str) -> list[Change]:
    """The changes not yet stored, in the order of the presses.

    `state` is what the session keeps under the reader's key. Each change is one action: store them one by one and set
    `acked[change.client] = change.seq` after each, and every press is stored once, whatever is sent twice.
    Changes of another dataset, and what is not of the right shape, are left out.
    """
    log = _log(state)
    if log.get("dataset") != dataset:
        return []
    reached = dict(acked)
    changes = []
    for entry in log.get("entries", ()):
        said = (entry.get(name) for name in ("id", "tag", "on"))
        change = Change(entry.get("client"), entry.get("seq"), entry.get("undo") is True, *said)
        if _is_well_formed(change) and change.seq > reached.get(change.client, 0):
            reached[change.client] = change.seq
            changes.append(change)
    return changes


def place_in(state: object, name: str, revision: str) -> int | None:
    """The 0-based position under `name`, "at" (where the person reads) or "want" (where rows are needed).

    Null before the first, and where it counts the rows of another revision.
    """
    place = state.get(name) if isinstance(state, Mapping) else None
    if not isinstance(place, Mapping) or place.get("revision") != revision:
        return None
    at = place.get("at")
    return at if type(at) is int and at >= 0 else None


def _log(state: object) -> Mapping[str, Any]:
    log = state.get("log") if isinstance(state, Mapping) else None
    if not isinstance(log, Mapping) or not isinstance(log.get("entries"), list):
        return {}
    return {**log, "entries": [entry for entry in log["entries"] if isinstance(entry, Mapping)]}


def _is_well_formed(change: Change) -> bool:
    if not isinstance(change.client, str) or type(change.seq) is not int:
        return False
    said = isinstance(change.row_id, str) and isinstance(change.tag, str) and isinstance(change.is_on, bool)
    return said or change.is_undo
