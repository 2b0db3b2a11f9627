"""The parts of the page Export for personal data: how each type is replaced, with a preview."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.export import ExportRequest
from analysis.export.exposure import Exposure
from analysis.export.redaction.plan import HOW, MOST_SHOWN, WHOLE, WITHOUT_PSEUDONYM, read_plan
from analysis.export.redaction.preview import preview
from analysis.personal_data.named_entities_signal import NamedEntities
from analysis.personal_data.types import DEFAULT_TYPES, ENTITY_TYPES
from analysis.view import View
from ui.export import kept
from ui.personal_data import found
from ui.session import jobs, session
from ui.session.cache_keys import Key, key_of

FEW_TYPES = 2
"""With more types their choices are folded, so that the button stays in sight."""
WORDS = {
    "replace": "the type's name",
    "pseudonym": "a pseudonym",
    "mask": "stars",
    "hash": "a keyed hash",
    "drop": "drop the row",
}
assert WORDS.keys() == HOW.keys()


def offered(dataset: Dataset) -> dict[str, int | None]:
    """The types that can be replaced, with the number of rows in view that have them; None if not computed yet."""
    names = [name for name in ("personal_data", "named_entities") if dataset.has(dataset.signal(name))]
    rows = {type_: n for name in names for type_, n in found.type_counts(dataset, name).select("type", "rows").rows()}
    default_types = list(DEFAULT_TYPES)
    entities = dataset.signal("named_entities")
    assert isinstance(entities, NamedEntities)
    if "named_entities" in names and entities.share == 1:
        default_types += entities.types
    held = [type_ for type_ in rows if type_ in default_types or type_ not in ENTITY_TYPES]
    every = sorted({*held, *default_types}, key=lambda type_: (-(rows.get(type_) or 0), type_))
    of_patterns = "personal_data" in names
    return {type_: rows.get(type_, 0 if of_patterns else None) for type_ in every}


def begin(dataset: Dataset) -> None:
    """Opens the page Export with every type chosen that is in the rows in view."""
    kept.open_with(dataset, redact=tuple(f"{type_}=replace" for type_, rows in offered(dataset).items() if rows))


def choose(dataset: Dataset) -> list[str]:
    """A choice of types and of what replaces each, as on the command line (`TYPE=HOW`); none by default.

    A type that was chosen before is offered as long as it is chosen, also where no row in view has it.
    """
    types = offered(dataset)
    types |= {type_: None for type_ in st.session_state.get("redact", []) if type_ not in types}

    def words(type_: str) -> str:
        rows = types[type_]
        return found.title(type_) + ("" if rows is None else f" ({rows:,})")

    chosen = st.multiselect(
        "Remove personal data",
        list(types),
        format_func=words,
        key="redact",
        placeholder="none",
        help="In brackets: rows in view that have it. The export scans all exported texts, and then scans the result.",
    )
    if len(chosen) <= FEW_TYPES:
        return _choose_ways(chosen)
    with st.expander("How each type is replaced"):
        return _choose_ways(chosen)


def _choose_ways(chosen: Sequence[str]) -> list[str]:
    """Asks what replaces each type; gives the rules as on the command line."""
    plan = []
    for type_ in chosen:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            ways = [how for how in HOW if how != "pseudonym" or (type_ not in WITHOUT_PSEUDONYM and _has_form(type_))]
            how = st.selectbox(
                f"{found.title(type_)} becomes", ways, format_func=WORDS.__getitem__, key=f"redact_{type_}", width=230
            )
            option = ""
            if how == "mask":
                n = st.number_input("except the last", 0, MOST_SHOWN, 0, key=f"redact_n_{type_}", width=120)
                option = str(int(n)) if n else ""
            elif how == "pseudonym" and st.toggle(
                "same in all rows",
                key=f"redact_same_{type_}",
                help="If off: the same pseudonym within a row, a new one in each row",
            ):
                option = WHOLE
            plan.append(f"{type_}={how}" + (f":{option}" if option else ""))
    return plan


def say_what_goes_out(dataset: Dataset, exposure: Exposure) -> None:
    """What of the personal data goes out as it is, with a button that has it replaced by the types' names."""
    looked = exposure.personal_data
    types = list(looked.types) if looked else [t for t in DEFAULT_TYPES if t not in exposure.replaces]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(" ".join(exposure.sentences))
        if types:
            is_rest = bool(looked.replaced if looked else exposure.replaces)
            label = "Take out the rest too" if is_rest else "Take it out"
            st.button(label, key="take_it_out", icon=":material/visibility_off:", on_click=_take_out, args=(types,))


def _take_out(types: list[str]) -> None:
    """Adds these types to those that are replaced; what was chosen for the others stays."""
    chosen = st.session_state.get("redact", [])
    st.session_state["redact"] = [*chosen, *(type_ for type_ in types if type_ not in chosen)]


def _has_form(type_: str) -> bool:
    from analysis.export.redaction.pseudonyms import FORMS

    return type_ == "PERSON" or type_ in FORMS


@st.cache_resource(max_entries=16, show_spinner="Making the preview …")
def _preview(key: Key, _dataset: Dataset, _view: View, _plan: list[str]) -> pl.DataFrame:
    return preview(_dataset, _view, read_plan(_plan))


def show_preview(dataset: Dataset, request: ExportRequest) -> None:
    """A preview of some matches of each type before and after, with the values before masked."""
    if not request.redact:
        return
    st.subheader("Before and after", anchor=False)
    if not jobs.require(dataset, "personal_data"):
        st.text("The preview needs a scan for personal data. The export does not: it scans the texts itself.")
        return
    signals = (dataset.signal("personal_data"), dataset.signal("named_entities"))
    key = key_of(dataset, *signals, view=session.view(), more=request.redact)
    shown = _preview(key, dataset, session.view(), list(request.redact))
    if shown.is_empty():
        st.text("None of these types is in the texts of the rows in view. The export also scans the other columns.")
        return
    st.dataframe(
        shown.select(what="title", before="before", after="after"),
        hide_index=True,
        alt="Personal data before and after",
        column_config={name: st.column_config.TextColumn(width=290) for name in ("before", "after")},
    )
    st.caption(
        "Values before are masked. The export scans its files again. If anything is left, it fails and names the rows."
    )
