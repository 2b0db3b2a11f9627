"""The row reader: one row at a time, with keys to move and to tag. Text of a row cannot become markup."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

__all__ = ["Change", "place_in", "read_log", "reader"]

_HERE = Path(__file__).parent
_SCRIPTS = ("marks", "log", "keys", "row", "reader")  # joined into one script in this order
_COMPONENT = st.components.v2.component(
    "winnow_reader",
    css=(_HERE / "reader.css").read_text(encoding="utf-8"),
    js="\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS),
)
DEFAULT_FOLD = 900


class Change(NamedTuple):
    """One key press of a person: a tag added or removed, or an undo. (client, seq) is never used twice.

    The other fields of an undo name the change that the reader showed; null if it had no change of its own to undo.
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

    revision  text that changes with the rows or their order; the reader then goes to `at`, otherwise it does not move
    total     number of rows in the view;  at: the 0-based first position
    base      position of the first of `rows`, the window of payloads (see `analysis.reading`), about 60 around `wanted`
    tags      names of the tags, the first nine on the keys 1 to 9;  fold: characters shown of a long text, default 900
    single    whether a row has at most one tag, which a new one replaces; default False
    similar   whether the reader offers similar rows, under "like"; default False
    dataset   the dataset of the row ids, such as its fingerprint
    acked     {client: seq of its last stored change}, for the whole process, not for one session; read the tags of
              `rows` after these changes are stored

    The callbacks are called for a new log, a request for another window and a move: see `read_log`, `place_in`.
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
    """The changes that are not stored yet, in the order of the key presses.

    `state` is the session state under the reader's key. Store the changes one by one and set
    `acked[change.client] = change.seq` after each: then each key press is stored once, even if it is sent twice.
    Changes of another dataset and malformed entries are skipped.
    """
    log = _log(state)
    if log.get("dataset") != dataset:
        return []
    reached = dict(acked)
    changes = []
    for entry in log.get("entries", ()):
        fields = (entry.get(name) for name in ("id", "tag", "on"))
        change = Change(entry.get("client"), entry.get("seq"), entry.get("undo") is True, *fields)
        if _is_well_formed(change) and change.seq > reached.get(change.client, 0):
            reached[change.client] = change.seq
            changes.append(change)
    return changes


def place_in(state: object, name: str, revision: str) -> int | None:
    """The 0-based position under `name`, "at" (where the person reads) or "want" (where rows are needed).

    Null before the first move, and if the position belongs to another revision.
    """
    place = state.get(name) if isinstance(state, Mapping) else None
    if not isinstance(place, Mapping) or place.get("revision") != revision:
        return None
    position = place.get("at")
    return position if type(position) is int and position >= 0 else None


def _log(state: object) -> Mapping[str, Any]:
    log = state.get("log") if isinstance(state, Mapping) else None
    if not isinstance(log, Mapping) or not isinstance(log.get("entries"), list):
        return {}
    return {**log, "entries": [entry for entry in log["entries"] if isinstance(entry, Mapping)]}


def _is_well_formed(change: Change) -> bool:
    if not isinstance(change.client, str) or type(change.seq) is not int:
        return False
    is_tag = isinstance(change.row_id, str) and isinstance(change.tag, str) and isinstance(change.is_on, bool)
    return is_tag or change.is_undo
