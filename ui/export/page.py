"""The options of the page Export, and what an export with them will do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.dataset.folder import BY_PEOPLE, CANONICAL, PLACE, ROW_NOTE
from analysis.duplicates.splits import evaluation_splits
from analysis.errors import ExportError
from analysis.export import ExportRequest
from analysis.export.as_tokens import cautions
from analysis.export.exposure import Exposure, exposure
from analysis.export.first_record import first_record
from analysis.export.losses import losses, sentences
from analysis.export.noted import notes_outlook
from analysis.export.proposed.outlook import proposed_outlook
from analysis.export.request import CLEANABLE, TOKENIZED
from analysis.export.split_safe import protected_splits
from analysis.export.steps import Step
from analysis.export.still_in import StillIn, still_in
from analysis.export.unpacking import outlook as unpacking
from analysis.export.waterfall import choose, tokens_of_proposed
from analysis.export.writable import unwritable
from analysis.noise import KINDS
from analysis.signal import ROW_ID
from analysis.training.keeping import is_chosen
from analysis.view import View
from ui.export import kept
from ui.session import jobs, session
from ui.session.cache_keys import Key, key_of
from ui.session.column_names import namer
from ui.session.text import cut

WORDS = {
    "input": "as in the source: all fields unchanged",
    "messages": "messages: role and content",
    "sharegpt": "ShareGPT: from and value",
    "alpaca": "Alpaca: instruction, input, output",
    "prompt_completion": "prompt and completion",
    "preference": "preference: prompt, chosen, rejected",
    "kto": "KTO: prompt, completion, label",
    "tokens": "tokens: rendered text, token ids, labels",
    "tokens_parquet": "tokens, as a Parquet table",
    "parquet": "Parquet table",
    "csv": "CSV table",
}


class Outlook(NamedTuple):
    """What an export will do: the waterfall from all records to the exported rows, sentences on solved examples and
    on what the format cannot hold, what is known of personal data and copies in these rows, and the first row with its
    record."""

    steps: Sequence[Step]
    unpacked: Sequence[str]
    personal_data: Exposure
    lost: Sequence[str]
    still: StillIn
    first: tuple[int, Any] | None


@st.cache_resource(max_entries=4, show_spinner="Counting the tokens of proposed texts …")
def _counted_tokens(key: Key, _dataset: Dataset) -> pl.DataFrame | None:
    return tokens_of_proposed(_dataset)


def _new_tokens(dataset: Dataset) -> pl.DataFrame | None:
    """The tokens of the rows with proposed texts, counted once per state of these, whatever is exported."""
    revision = (str(dataset.proposal_revision),)
    return _counted_tokens(key_of(dataset, dataset.signal("tokens"), more=revision), dataset)


@st.cache_data(max_entries=64, show_spinner="Counting the rows to export …")
def _outlook(key: Key, _dataset: Dataset, _request: ExportRequest) -> Outlook:
    reasons = session.notes().tags.reasons(_dataset.fingerprint) if _request.without_tags else None
    tokens = _new_tokens(_dataset) if _request.takes_proposals else None
    chosen = choose(_dataset, _request, reasons, tokens)
    told = sentences(_request.to, losses(chosen))
    told += cautions(_dataset) if _request.to in TOKENIZED else []
    exposed = exposure(chosen)
    return Outlook(
        chosen.steps,
        unpacking(chosen),
        exposed,
        [*proposed_outlook(chosen), *notes_outlook(chosen), *told],
        still_in(chosen, exposed),
        first_record(chosen),
    )


def outlook(dataset: Dataset, request: ExportRequest) -> Outlook:
    """What the export will do, before it is made; counted once per view, tags and options."""
    tags = (*(f"+{tag}" for tag in request.only_tags), *(f"-{tag}" for tag in request.without_tags))
    names = ("tokens", "near_groups", "exact_duplicates", "personal_data", "named_entities", "trainer")
    signals = map(dataset.signal, names)
    unpacks = ("unpack_shots",) if request.unpack_shots else ()
    asked = (
        request.to,
        *unpacks,
        request.split_safe,
        *request.protect,
        *tags,
        *request.redact,
        "clean",
        *request.clean,
        "proposals",
        request.proposals,
        *request.until_proposed,
        "add",
        *request.add,
    )
    return _outlook(key_of(dataset, *BY_PEOPLE, *signals, view=request.view, more=asked), dataset, request)


@st.cache_data(max_entries=64, show_spinner="Looking which formats these rows fit …")
def _unwritable(key: Key, unpack_shots: bool, _dataset: Dataset, _view: View) -> dict[str, str]:
    return unwritable(_dataset, _dataset.rows_of(_view), unpack_shots=unpack_shots)


def say_what_is_not_possible(dataset: Dataset) -> None:
    """The formats that hold none of the rows in view, with the reason."""
    view = session.view()
    chosen = "with a template" if is_chosen(dataset) else "without a template"
    key = key_of(dataset, *BY_PEOPLE, view=view, more=(chosen, str(dataset.proposal_revision)))
    unpack_shots = bool(st.session_state.get("unpack_shots"))
    by_reason: dict[str, list[str]] = {}
    for to, why in _unwritable(key, unpack_shots, dataset, view).items():
        by_reason.setdefault(why, []).append(WORDS[to].partition(":")[0].partition(",")[0])
    if by_reason:
        named = "; ".join(f"{', '.join(dict.fromkeys(names))} ({why})" for why, names in by_reason.items())
        st.caption(f"Not possible for these rows: {named}.")


def table_of(steps: Sequence[Step], words: Sequence[str]) -> dict[str, list[Any]]:
    """The waterfall as columns of a table, its steps in these words; those of what is added only where anything is."""
    table: dict[str, list[Any]] = {
        "step": list(words),
        "rows left": [step.rows for step in steps],
        "rows left out": [step.dropped_rows for step in steps],
        "tokens left": [step.tokens for step in steps],
        "tokens left out": [step.dropped_tokens for step in steps],
    }
    if any(step.added_rows or step.changed_rows for step in steps):
        table["rows added"] = [step.added_rows for step in steps]
        table["rows with other texts"] = [step.changed_rows for step in steps]
        table["tokens added"] = [step.added_tokens for step in steps]
    return table


def choose_cleaning() -> list[str]:
    """A choice of the kinds of noise to remove from exported texts; none by default."""
    titles = {name: KINDS[name].title for name in CLEANABLE}
    return st.multiselect(
        "Remove from the texts", list(titles), format_func=titles.__getitem__, key="clean", placeholder="nothing"
    )


def begin_cleaning(dataset: Dataset, kinds: list[str]) -> None:
    """Opens the page Export with these kinds chosen, and a format whose texts can be cleaned."""
    answered = {"prompt", "response"} <= set(dataset.canonical)
    fitting = {"messages": "messages" in dataset.canonical, "preference": "rejected" in dataset.canonical}
    to = next((name for name, fits in fitting.items() if fits), "prompt_completion" if answered else "parquet")
    kept.open_with(dataset, to=to, clean=tuple(kind for kind in CLEANABLE if kind in kinds))


def choose_added(dataset: Dataset) -> list[str]:
    """A choice of computed columns, and of the notes, to export with the others; none by default."""
    people = {*BY_PEOPLE} - ({ROW_NOTE} if dataset.row_notes.height else set())
    excluded = {*CANONICAL, *PLACE, *people, *dataset.originals, ROW_ID}
    return st.multiselect(
        "Add computed columns", [c for c in dataset.shown_columns if c not in excluded], key="add", placeholder="none"
    )


def require_trainer(dataset: Dataset, to: str) -> None:
    """Ends the page where tokens are to be exported and what the trainer sees is not computed yet."""
    if to in TOKENIZED and is_chosen(dataset) and not jobs.require(dataset, "trainer"):
        st.stop()


def choose_split_safe(dataset: Dataset) -> tuple[str, tuple[str, ...]]:
    """A choice of the split column and of the splits that stay whole, nothing by default; ends the page if copies are
    not computed yet."""
    split, files = dataset.role("split"), len(dataset.meta["files"]) > 1
    offered = list(
        dict.fromkeys([*([split] if split else []), *(["source_file"] if files else []), *dataset.categories])
    )
    if not offered:
        return "", ()
    if st.session_state.get("split_safe") not in offered:
        st.session_state["split_safe"] = None  # another reading of these data can lack a kept column
    column = st.selectbox(
        "Split-safe: no copies between values of",
        offered,
        index=None,
        format_func=namer(dataset),
        key="split_safe",
        placeholder="nothing",
        help="Such as train and test: if rows with different values are copies, those of the value that stays whole "
        "are exported and the others are not. Set the similarity of near duplicates on the page Duplicates.",
    )
    if not column:
        return "", ()
    if not jobs.require(dataset, "exact_duplicates", "near_groups"):
        st.stop()
    return column, _choose_protected(dataset, column)


def _choose_protected(dataset: Dataset, column: str) -> tuple[str, ...]:
    """A choice of the splits that stay whole; by default those of evaluation."""
    try:
        splits, usual = protected_splits(dataset, column)
    except ExportError as error:
        st.text(str(error))
        st.stop()
    key = kept.key_of_protected(column)
    st.session_state[key] = [name for name in st.session_state.get(key, usual) if name in splits.names]
    named = "by its name" if evaluation_splits(usual) else "the smallest, because none is named like test or validation"
    return tuple(
        st.multiselect(
            "Stays whole",
            splits.names,
            format_func=cut,
            key=key,
            placeholder=f"{cut(' and '.join(usual), 40)}: {named}",
            help=f"Rows of other values that are copies of these rows are left out. By default: {named}.",
        )
    )
