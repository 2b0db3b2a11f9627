"""The row reader: one row at a time, with keys to move and to tag. Text of a row cannot become markup."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from ui.components.tokens import SCRIPT, STYLE

__all__ = ["Change", "place_in", "read_log", "reader"]

_HERE = Path(__file__).parent
_SCRIPTS = (  # joined into one script in this order
    "elements",
    "marks",
    "json",
    "log",
    "keys",
    "edit",
    "note",
    "proposal",
    "rendered",
    "row",
    "layout",
    "bar",
    "reader",
    "code",
    "bring",
)


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_STYLE = f"const READER_STYLE = {json.dumps(_text('reader.css') + STYLE)};"
_SCRIPT = "\n".join([SCRIPT, _STYLE, *(_text(f"{name}.js") for name in _SCRIPTS)])
"""The code of the reader, as `_CODE` brings it to the browser once; the messages of `_COMPONENT` are only data."""
_CODE = st.components.v2.component("winnow_reader_code", js=_SCRIPT)
_COMPONENT = st.components.v2.component("winnow_reader", js=_text("code.js") + _text("mount.js"))
DEFAULT_FOLD = 900


class Change(NamedTuple):
    """One change of a person: a tag added or removed, a text proposed, a proposal withdrawn, a note written, or an
    undo. (client, seq) is never used twice.

    The other fields of an undo name the change that the reader showed; null if it had no change of its own to undo.
    `field` names the text that is proposed, and of an undo the text whose proposal is undone.
    `is_note`: `text` is the person's note on the row, empty to remove it; an undo is about the note.
    """

    client: str
    seq: int
    is_undo: bool
    row_id: str | None
    tag: str | None
    is_on: bool | None
    field: str | None = None
    text: str | None = None
    withdraws: bool = False
    is_note: bool = False


def reader(
    *,
    key: str,
    data: Mapping[str, Any],
    on_log: Callable[[], None],
    on_want: Callable[[], None],
    on_at: Callable[[], None],
    on_asked: Callable[[], None] | None = None,
) -> None:
    """Draws the reader. `data`:

    revision  text that changes with the rows or their order; the reader then goes to `at`, otherwise it does not move
    total     number of rows in the view;  at: the 0-based first position
    base      position of the first of `rows`, the window of payloads (see `analysis.reading`), about 60 around `wanted`
    tags      names of the tags, the first nine on the keys 1 to 9;  fold: characters shown of a long text, default 900
    single    whether a row has at most one tag, which a new one replaces; default False
    letters   {letter: name of the tag that this key sets}, before other meanings of that key; default none
    opposites {name of a tag: the tag that it replaces}; default none
    advances  whether a tag that is set shows the next row; default False
    subject   what the rows are examples of, such as the name of a finding; default none. Keys store nothing from the
              event `winnow-subject` with another name, which a list beside the reader sends, until its rows are here
    asks      {letter: name}: keys that ask the page for something, under "asked"; default none
    progress  how far the person has read, in words, beside the position; default none
    greeting  a sentence for the row at which the reader opens; default none
    similar   whether the reader offers other views: similar rows, under "like", and rows with the same fault, under
              "fault"; default False
    tokens    how the rows are shown as tokens, null if that is not offered: `possible`, or `why` not; `on`, whether the
              reader begins so; `most` tokens are sent at once. A row then has `tokens`: see `ui.components.tokens`
    rendered  whether the reader begins with texts as Markdown, tables, formulas and JSON; null if that is not offered.
              A section then has `nodes`: see `analysis.reading.rendered`
    editable  whether texts can be edited; default False
    notable   whether a note can be written on a row; default False
    refused   [client, seq, reason] of changes that cannot be stored; they are acknowledged too
    dataset   the dataset of the row ids, such as its fingerprint
    acked     {client: seq of its last stored change}, for the whole process, not for one session; read the tags of
              `rows` after these changes are stored

    The callbacks are called for a new log, a request for another window and a move: see `read_log`, `place_in`.
    """
    log = _log(st.session_state.get(key))
    clients = {log.get("client"), *(entry.get("client") for entry in log.get("entries", ()))}
    sent = {**data, "acked": {client: seq for client, seq in data["acked"].items() if client in clients}}
    sent["refused"] = [entry for entry in data.get("refused", ()) if entry[0] in clients]
    sent.setdefault("fold", DEFAULT_FOLD)
    _CODE(key=f"{key}_code")
    _COMPONENT(
        key=key,
        data=sent,
        on_log_change=on_log,
        on_want_change=on_want,
        on_at_change=on_at,
        on_reveal_change=on_at,
        on_whole_change=on_at,
        on_like_change=on_at,
        on_fault_change=on_at,
        on_tokens_change=on_at,
        on_train_change=on_at,
        on_rendered_change=on_at,
        on_asked_change=on_at if on_asked is None else on_asked,
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
        is_undo = entry.get("undo") is True
        fields = (entry.get(name) for name in ("id", "tag", "on", "text_of" if is_undo else "field", "text"))
        is_withdrawn = entry.get("withdraw") is True
        change = Change(entry.get("client"), entry.get("seq"), is_undo, *fields)
        change = change._replace(withdraws=is_withdrawn, is_note=entry.get("note") is True)
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
    if change.is_undo:
        return True
    is_tag = isinstance(change.tag, str) and isinstance(change.is_on, bool)
    is_text = (change.is_note or isinstance(change.field, str)) and isinstance(change.text, str)
    return isinstance(change.row_id, str) and (is_tag or is_text or change.withdraws)
